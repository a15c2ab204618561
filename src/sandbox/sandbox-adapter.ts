import type { IsolationLevel, SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import { currentContext, isInside, isStray, refuse, runInContext, type CallContext, type TransactionLabel } from './call-context';
import { plainQuery, type PinnedConnection } from './pinned-connection';
import { releaseSavepoint, rolledBackTo } from './raw-control';
import type { Sandbox } from './sandbox';
import { strayStatement, transactionGone } from './sandbox-errors';
import { trimVisits, undoFrame, type Frame } from './frame';

/**
 * The adapter that clients get in place of theirs. It answers the same calls from the sandbox's one connection: a
 * transaction is a savepoint, its commit a release. Prisma's client above it is unmodified.
 */
export function createSandboxAdapterFactory(sandbox: Sandbox, adapterName: string): SqlDriverAdapterFactory {
  const { adapterProvider } = sandbox.options.dialect;
  const identity = { provider: adapterProvider, adapterName } as const;
  return {
    ...identity,
    async connect(): Promise<SqlDriverAdapter> {
      const connectionInfo = await sandbox.connectionInfo();
      return {
        ...identity,
        ...(connectionInfo && { getConnectionInfo: () => connectionInfo }),
        queryRaw: (query) => sandbox.statements.run(undefined, query, (connection, each) => connection.queryRaw(each)),
        executeRaw: (query) => sandbox.statements.run(undefined, query, (connection, each) => connection.executeRaw(each)),
        executeScript: async (script) => {
          await sandbox.statements.run(undefined, plainQuery(script), (connection, each) => connection.executeRaw(each));
        },
        startTransaction: (level) => startTransaction(sandbox, identity, level),
        // The connection is the sandbox's: a client that disconnects, or is thrown away, leaves it to the others.
        dispose: () => Promise.resolve(),
      };
    },
  };
}

type Identity = Pick<Transaction, 'provider' | 'adapterName'>;

async function startTransaction(sandbox: Sandbox, identity: Identity, level?: IsolationLevel): Promise<Transaction> {
  const { stack } = sandbox;
  const { dialect } = sandbox.options;
  if (level && !dialect.isolationLevels.includes(level)) throw invalidIsolationLevel(level);
  if (level && dialect.isolationLevels.length > 1) sandbox.tellOnce(levelIgnored(level));
  const context = currentContext();
  if (isStray(sandbox, context)) throw refuse(context, strayStatement(context, sandbox.current));
  const frame = takeReserved(stack.frames, context) ?? (await stack.reserve(context, labelFor(context), 'opening'));
  try {
    await sandbox.speak(frame, async (connection) => {
      // What is inside of a transaction that the database has given up on would be another connection's.
      const around = stack.frames.at(-2);
      if (around?.aborted) await connection.control([dialect.rollbackTo(around.savepoints.at(-1) ?? around.savepoint)]);
      await connection.control([dialect.savepoint(frame.savepoint)]);
      frame.violations = await sandbox.commits.before(connection, around !== undefined);
      frame.state = 'open';
    });
  } catch (error) {
    stack.remove(frame);
    throw error;
  }
  return createTransaction(sandbox, identity, frame);
}

/**
 * The turn that this transaction's call has waited for. Prisma sends the calls of one tick together, in the context of
 * the first of them: then it is somebody else's, who will wait for another one.
 */
function takeReserved(frames: readonly Frame[], context: CallContext): Frame | undefined {
  const own = frames.find(({ state, label }) => state === 'reserved' && label === context.label);
  if (own) {
    own.label.claimed = true;
    own.state = 'opening';
    return own;
  }
  const top = frames.at(-1);
  const around = frames.at(-2);
  if (top?.state !== 'reserved' || (around && !isInside(context.label, around.label))) return undefined;
  top.label = labelFor(context);
  top.state = 'opening';
  return top;
}

/** The label of a transaction that begins here: its call's own, or, of a nested write's, a new one inside of it. */
function labelFor({ label, operation }: CallContext): TransactionLabel {
  if (label?.claimed === false) {
    label.claimed = true;
    return label;
  }
  return { parent: label, site: operation?.site ?? { location: () => undefined }, claimed: true };
}

function createTransaction(sandbox: Sandbox, identity: Identity, frame: Frame): Transaction {
  const { dialect } = sandbox.options;
  const { statements } = sandbox;
  const gone = (): boolean => frame.state === 'closed';

  const rollBack = (connection: PinnedConnection): Promise<void> => {
    sandbox.log.lose(sandbox.options.database, trimVisits(frame, 0), frame.label);
    return connection.soon(undoFrame(dialect, frame));
  };

  /** The commit and rollback of a transaction run as part of it, whoever asks for them (Prisma's timer may). */
  const close = (work: Parameters<Sandbox['speak']>[1]): Promise<unknown> =>
    runInContext({ label: frame.label }, () =>
      sandbox.speak(frame, async (connection) => {
        try {
          await work(connection);
        } finally {
          const around = sandbox.stack.frames.at(-2);
          sandbox.stack.remove(frame);
          // It was mended for the visit of this one.
          if (around?.aborted) await connection.attempt([dialect.rollbackTo('jest_prisma_nowhere')]).catch(() => undefined);
        }
      }),
    );

  return {
    ...identity,
    options: { usePhantomQuery: true },
    queryRaw: (query) => statements.run(frame, query, (connection, each) => connection.queryRaw(each)),
    executeRaw: (query) => statements.run(frame, query, (connection, each) => connection.executeRaw(each)),
    async commit() {
      if (gone()) throw transactionGone(currentContext());
      await close(async (connection) => {
        // The database answers a COMMIT after a failure with a silent rollback; so does the sandbox.
        if (frame.aborted) return rollBack(connection);
        const around = sandbox.stack.frames.at(-2);
        await sandbox.commits.check(connection, frame.violations, around !== undefined).catch(async (error: unknown) => {
          await rollBack(connection);
          throw error;
        });
        await connection.soon([...sandbox.settings.restore(frame.settings), dialect.release(frame.savepoint)]);
        // In production the inner one has committed; here the outer one's rollback would take it along.
        const depth = around?.savepoints.length ?? 0;
        if (around) around.visits = [...around.visits, ...[...frame.visits, ...frame.writes].map((each) => ({ ...each, depth }))];
      });
    },
    async rollback() {
      if (gone()) return;
      await close(rollBack);
    },
    async createSavepoint(name) {
      await savepoint([dialect.savepoint(name)]);
      frame.savepoints.push(name);
    },
    async rollbackToSavepoint(name) {
      await savepoint([dialect.rollbackTo(name)]);
      sandbox.log.lose(sandbox.options.database, rolledBackTo(frame, name), frame.label);
    },
    async releaseSavepoint(name) {
      await savepoint([dialect.release(name)]);
      releaseSavepoint(frame, name);
    },
  };

  async function savepoint(sql: readonly string[]): Promise<void> {
    if (gone()) throw transactionGone(currentContext());
    await sandbox.speak(frame, (connection) => connection.attempt(sql));
  }
}

function levelIgnored(level: IsolationLevel): string {
  return (
    `isolationLevel '${level}' is not applied in a sandbox, where all transactions share one connection; ` +
    'a file whose tests need it says /** @prisma-isolation clone */'
  );
}

/** The error that the official adapters throw, in the shape by which Prisma knows it. */
function invalidIsolationLevel(level: string): Error {
  const error = new Error('InvalidIsolationLevel', { cause: { kind: 'InvalidIsolationLevel', level } });
  error.name = 'DriverAdapterError';
  return error;
}
