import { callbackTimers } from './callback-timers';
import { isInside, runInContext, type CallContext, type TransactionLabel } from './call-context';
import { after, keepAlive } from './clock';
import type { Frame } from './frame';
import { deadlock } from './sandbox-errors';

/** Something that wants the connection: a statement of the root client (no frame) or of a transaction, or a turn. */
interface Request {
  readonly frame: Frame | undefined;
  readonly context: CallContext;
  /** `turn`: to open a transaction; `sandbox`: the sandbox's own work, which runs next, whatever is on top. */
  readonly kind: 'statement' | 'turn' | 'sandbox';
  readonly work: () => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Who may speak, and when. Statements run one at a time. Of the open transactions only the top one runs statements;
 * whatever is not part of it waits, first come first served, so that no rollback takes a stranger's work along. What
 * is called from inside the top's callback is part of it: it would wait for ever.
 */
export interface TransactionStack {
  /** Open and reserved frames, the top last. */
  readonly frames: readonly Frame[];
  /** Whether a statement is running. */
  readonly running: boolean;
  /** Runs `work` as soon as its turn has come, alone. */
  run<T>(frame: Frame | undefined, context: CallContext, work: () => Promise<T>): Promise<T>;
  /** Runs the sandbox's own work next, alone, whatever transactions are open. */
  runNext<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Waits for a turn to open a transaction: the frame is on top until it is removed. A `reserved` one may be taken by
   * another transaction that begins before its own; one that is `opening` is taken.
   */
  reserve(context: CallContext, label: TransactionLabel, state: 'reserved' | 'opening'): Promise<Frame>;
  remove(frame: Frame): void;
  /** Rejects everything that waits; what runs is not touched. */
  rejectWaiting(error: (context: CallContext) => unknown): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Gives up on the statement that runs: its end will be ignored. */
  abandon(): void;
}

/** Milliseconds of quiet after which those who wait for a transaction are told that they wait in vain, and between them. */
const quietLimit = 2000;
const nextLimit = 100;

/** Statements that run in any sandbox: a transaction may wait for another database. */
let busy = 0;

/** A stack for one sandbox. Savepoint names are its own, so that they cannot meet the application's. */
export function createTransactionStack(): TransactionStack {
  const frames: Frame[] = [];
  const waiting: Request[] = [];
  const idlers: (() => void)[] = [];
  let running: Request | undefined;
  let counter = 0;
  let cancelWatch: (() => void) | undefined;
  let letDie: (() => void) | undefined;

  const mayRun = ({ frame, context, kind }: Request): boolean => {
    // A transaction that has not begun has nothing to roll back: it is in the way of other turns only.
    const top = kind === 'turn' ? frames.at(-1) : frames.findLast(({ state }) => state === 'open');
    if (kind === 'sandbox' || !top || frame === top) return true;
    return frame?.state === 'opening' ? frame === frames.at(-1) : isInside(context.label, top.label);
  };

  const pump = (): void => {
    cancelWatch?.();
    cancelWatch = undefined;
    if (running) return;
    const index = waiting.findIndex(mayRun);
    const [request] = index < 0 ? [] : waiting.splice(index, 1);
    if (request) {
      letDie ??= keepAlive();
      start(request);
    } else if (waiting.length > 0) watchQuiet(quietLimit);
    else {
      letDie?.();
      letDie = undefined;
      for (const resolve of idlers.splice(0)) resolve();
    }
  };

  const start = (request: Request): void => {
    running = request;
    busy += 1;
    const finish = (): void => {
      if (running !== request) return;
      busy -= 1;
      running = undefined;
      pump();
    };
    request.work().then(
      (value) => {
        (request.resolve as (value: unknown) => void)(value);
        finish();
      },
      (error: unknown) => {
        request.reject(error);
        finish();
      },
    );
  };

  /** The top has sent nothing for a while. If nothing of its own can wake it, the first of those who wait gives way. */
  const watchQuiet = (ms: number): void => {
    // Outside of any context: it is no timer of the callback's.
    cancelWatch = runInContext(nobody, () => after(ms, () => giveWay()));
  };

  const giveWay = (): void => {
    const top = frames.at(-1);
    if (busy > 0 || (top && callbackTimers.pending(top.label))) return watchQuiet(nextLimit);
    const [request] = waiting.splice(0, 1);
    request?.reject(deadlock(request.context, top, quietLimit));
    pump();
    if (waiting.length === 0 || running) return;
    cancelWatch?.();
    watchQuiet(nextLimit);
  };

  const enqueue = <T>(frame: Frame | undefined, context: CallContext, kind: Request['kind'], work: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const request: Request = { frame, context, kind, work, resolve, reject };
      if (kind === 'sandbox') waiting.unshift(request);
      else waiting.push(request);
      pump();
    });
  const run = <T>(frame: Frame | undefined, context: CallContext, work: () => Promise<T>): Promise<T> =>
    enqueue(frame, context, 'statement', work);

  return {
    frames,
    get running() {
      return running !== undefined;
    },
    run,
    runNext: (work) => enqueue(undefined, nobody, 'sandbox', work),
    rejectWaiting(error) {
      for (const request of waiting.splice(0)) request.reject(error(request.context));
      pump();
    },
    reserve: (context, label, state) =>
      enqueue(undefined, context, 'turn', async () => {
        const release = callbackTimers.watch();
        const savepoint = `jest_prisma_tx_${++counter}`;
        const frame: Frame = {
          label,
          savepoint,
          state,
          aborted: false,
          savepoints: [],
          visits: [],
          writes: [],
          settings: new Map(),
          violations: undefined,
          release,
        };
        frames.push(frame);
        return frame;
      }),
    remove(frame) {
      frame.state = 'closed';
      const index = frames.indexOf(frame);
      if (index >= 0) {
        frames.splice(index, 1);
        frame.release();
      }
      pump();
    },
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        pump();
      }),
    abandon() {
      if (running) busy -= 1;
      running = undefined;
      pump();
    },
  };
}

const nobody: CallContext = { scope: undefined, label: undefined, operation: undefined };
