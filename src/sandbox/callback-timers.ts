import { createHook } from 'node:async_hooks';
import { currentContext, isInside, type TransactionLabel } from './call-context';

/**
 * Timers that run in the callbacks of open transactions. A callback that waits for one of its own timers goes on by
 * itself; one that has none and sends nothing may be waiting for somebody who waits for it.
 */
interface CallbackTimers {
  /** Call when a transaction opens; returns what ends the watch when it closes. */
  watch(): () => void;
  /** Whether a timer that was set inside `label` is still to come. */
  pending(label: TransactionLabel): boolean;
}

interface Timer {
  readonly label: TransactionLabel;
  readonly timeout: WeakRef<NodeJS.Timeout>;
}

let timers: Timer[] = [];
let watchers = 0;

/** Async hooks see timers of every realm, whoever made them. They are on only while a transaction is open. */
const hook = createHook({
  init(_id, type, _trigger, resource) {
    if (type !== 'Timeout') return;
    const { label } = currentContext();
    if (label && !isPrismas()) timers.push({ label, timeout: new WeakRef(resource as NodeJS.Timeout) });
  },
});

export const callbackTimers: CallbackTimers = {
  watch() {
    watchers += 1;
    if (watchers === 1) hook.enable();
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      hook.disable();
      timers = [];
    };
  },
  pending: (label) => timers.some((timer) => isInside(timer.label, label) && isToCome(timer.timeout.deref())),
};

/** Node marks a timer that has fired, or was cleared; `hasRef()` alone stays true. */
function isToCome(timeout: (NodeJS.Timeout & { readonly _destroyed?: boolean }) | undefined): boolean {
  return timeout?.hasRef() === true && timeout._destroyed !== true;
}

/** Prisma's own timers (`timeout`, `maxWait`) say nothing about the callback: those that its runtime sets directly. */
function isPrismas(): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 10;
  // Bare frames: test runners put source maps into the texts, which costs more than a transaction.
  Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '');
  const files = new Error().stack as unknown as readonly string[];
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  const caller = files[files.indexOf('node:timers') + 1];
  return /[\\/]runtime[\\/]client\.m?js|@prisma[\\/]client/.test(caller ?? '');
}
