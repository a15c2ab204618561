/*
 * Timers are captured when the worker starts: a test's fake timers live in the test's realm and, in band, may replace
 * what a later look-up on `globalThis` would find. The sandbox must neither hang on them nor be moved by them.
 */
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout, setInterval: realSetInterval } = globalThis;

/** Milliseconds of a monotonic clock. */
export const now: () => number = performance.now.bind(performance);

/** Calls back once after `ms` milliseconds of real time; returns what cancels it. */
export function after(ms: number, callback: () => void): () => void {
  const timer = realSetTimeout(callback, ms);
  return () => realClearTimeout(timer);
}

/** Resolves to `true` when `promise` settles within `ms` milliseconds, else to `false`. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let cancel: () => void = () => {};
  const late = new Promise<false>((resolve) => {
    cancel = after(ms, () => resolve(false));
  });
  const settled = promise.then(
    () => true as const,
    () => true as const,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    cancel();
  }
}

let holders = 0;
// One timer for all, switched on and off: made anew for each statement it would cost more than the statement's own bookkeeping.
const keeper = realSetInterval(() => {}, 2 ** 30).unref();

/**
 * Keeps the process alive until it is given back. The sandbox's sockets are not counted by the event loop, or an idle
 * worker could not end; but while somebody waits for a statement it must not end either.
 */
export function keepAlive(): () => void {
  holders += 1;
  if (holders === 1) keeper.ref();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders === 0) keeper.unref();
  };
}
