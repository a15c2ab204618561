import { createError } from '../errors';
import { describeOperation, isInside, type CallContext, type TransactionLabel } from './call-context';
import { after } from './clock';

/** A transaction of the application: one savepoint in the sandbox. */
export interface Frame {
  readonly label: TransactionLabel;
  readonly savepoint: string;
  /** `reserved`: its turn has come, the savepoint has not been made yet. */
  state: 'reserved' | 'open' | 'closed';
  /** A statement failed in it and the database refuses further ones (PostgreSQL). */
  aborted: boolean;
}

/** Something that wants the connection: a statement of the root client (no frame) or of a transaction, or a turn. */
interface Request {
  readonly frame: Frame | undefined;
  readonly context: CallContext;
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
  /** Runs `work` as soon as its turn has come, alone. */
  run<T>(frame: Frame | undefined, context: CallContext, work: () => Promise<T>): Promise<T>;
  /** Waits for a turn to open a transaction and reserves it: the frame is on top until it is removed. */
  reserve(context: CallContext, label: TransactionLabel): Promise<Frame>;
  remove(frame: Frame): void;
  /** Rejects everything that waits; what runs is not touched. */
  rejectWaiting(error: (context: CallContext) => unknown): number;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** Milliseconds of quiet after which those who wait for a transaction are told that they wait in vain. */
const quietLimit = 2000;

/** A stack for one sandbox. Savepoint names are its own, so that they cannot meet the application's. */
export function createTransactionStack(): TransactionStack {
  const frames: Frame[] = [];
  const waiting: Request[] = [];
  const idlers: (() => void)[] = [];
  let running = false;
  let counter = 0;
  let cancelWatch: (() => void) | undefined;

  const mayRun = ({ frame, context }: Request): boolean => {
    const top = frames.at(-1);
    return !top || frame === top || isInside(context.label, top.label);
  };

  const pump = (): void => {
    cancelWatch?.();
    cancelWatch = undefined;
    if (running) return;
    const index = waiting.findIndex(mayRun);
    const [request] = index < 0 ? [] : waiting.splice(index, 1);
    if (request) {
      running = true;
      void request.work().then(request.resolve as (value: unknown) => void, request.reject).finally(() => {
        running = false;
        pump();
      });
    } else if (waiting.length > 0) {
      cancelWatch = after(quietLimit, () => rejectWaiting((context) => deadlock(context, frames.at(-1))));
    } else {
      for (const resolve of idlers.splice(0)) resolve();
    }
  };

  const rejectWaiting = (error: (context: CallContext) => unknown): number => {
    const rejected = waiting.splice(0);
    for (const request of rejected) request.reject(error(request.context));
    pump();
    return rejected.length;
  };

  const run = <T>(frame: Frame | undefined, context: CallContext, work: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ frame, context, work, resolve, reject });
      pump();
    });

  return {
    frames,
    run,
    rejectWaiting,
    reserve: (context, label) =>
      run(undefined, context, async () => {
        const frame: Frame = { label, savepoint: `jest_prisma_tx_${++counter}`, state: 'reserved', aborted: false };
        frames.push(frame);
        return frame;
      }),
    remove(frame) {
      frame.state = 'closed';
      const index = frames.indexOf(frame);
      if (index >= 0) frames.splice(index, 1);
      pump();
    },
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        pump();
      }),
  };
}

function deadlock(context: CallContext, holder: Frame | undefined): Error {
  return createError({
    code: 'PRISMA_TEST_DEADLOCK',
    message: `A query waits for a transaction that has been quiet for ${quietLimit / 1000} s: each seems to wait for the other.`,
    facts: {
      waiting: context.operation ? describeOperation(context.operation) : siteOf(context.label, 'a transaction'),
      holder: siteOf(holder?.label, 'an open transaction'),
    },
    cure:
      'In a sandbox all transactions share one connection: what is outside of an open $transaction waits until it ends.\n' +
      'Do not let the callback of one wait for work outside of it; or give this file a database without a sandbox:\n' +
      '/** @prisma-isolation clone */',
  });
}

function siteOf(label: TransactionLabel | undefined, otherwise: string): string {
  const location = label?.site.location();
  return location ? `prisma.$transaction() at ${location}` : otherwise;
}
