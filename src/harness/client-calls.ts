import path from 'node:path';
import { createError } from '../errors';
import {
  currentContext,
  describeOperation,
  runInContext,
  type CallSite,
  type Operation,
  type TransactionLabel,
} from '../sandbox/call-context';
import type { Sandbox } from '../sandbox/sandbox';
import type { JoinedClient } from '../session';
import type { FileState } from './file-run';

/** A call that has begun and not settled. */
export interface PendingCall {
  readonly operation: Operation;
  /** Resolves, never rejects, when it has settled. */
  readonly settled: Promise<void>;
}

/** The calls of a client that has joined a sandbox: each says on whose behalf it comes, and is known until it settles. */
export function createCalls(
  file: FileState,
  sandbox: Sandbox,
  isSandboxed: () => boolean,
): Pick<JoinedClient, 'call' | 'transaction' | 'context'> {
  const prefix = `${file.rootDir}${path.sep}`;
  const shown = (site: CallSite): CallSite => ({ location: () => site.location()?.replace(prefix, '') });

  const begin = (name: string, site: CallSite): { operation: Operation; end: (error?: unknown) => unknown } => {
    const operation: Operation = { name, site: shown(site), scope: currentContext().scope ?? sandbox.current };
    if (file.closed) throw fileEnded(file, operation);
    let settle: () => void = () => {};
    const pending: PendingCall = { operation, settled: new Promise((resolve) => (settle = resolve)) };
    file.pending.add(pending);
    return {
      operation,
      end(error) {
        file.pending.delete(pending);
        settle();
        return error === undefined ? undefined : (operation.failure ?? error);
      },
    };
  };

  return {
    context() {
      const context = currentContext();
      return { key: keyOf(context.label), run: (work) => runInContext(context, work) };
    },
    call(name, site) {
      const { operation, end } = begin(name, site);
      return { end, run: (work) => runInContext({ operation }, work) };
    },
    transaction(site, nested) {
      const { operation, end } = begin('$transaction', site);
      const label: TransactionLabel = { parent: currentContext().label, site: operation.site, claimed: nested };
      let giveBack = (): void => {};
      return {
        async turn() {
          // A nested one is a savepoint of Prisma's in a transaction that has its turn already.
          if (nested || !isSandboxed()) return;
          const frame = await runInContext({ operation }, () => sandbox.stack.reserve(currentContext(), label, 'reserved'));
          giveBack = () => {
            if (frame.state === 'reserved') sandbox.stack.remove(frame);
          };
        },
        run: (work) => runInContext({ label, operation }, work),
        end(error) {
          giveBack();
          return end(error);
        },
      };
    },
  };
}

function fileEnded(file: FileState, operation: Operation): Error {
  return createError({
    code: 'PRISMA_TEST_FILE_ENDED',
    message: 'A client of a test file that has ended sent a query.',
    facts: { query: describeOperation(operation), file: file.path },
    cure: 'stop the work that outlives the file (timers, workers, servers) in afterAll.',
  });
}

const keys = new WeakMap<TransactionLabel, string>();
let lastKey = 0;

function keyOf(label: TransactionLabel | undefined): string {
  if (!label) return '';
  const key = keys.get(label) ?? String(++lastKey);
  keys.set(label, key);
  return key;
}
