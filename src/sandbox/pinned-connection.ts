import type { ConnectionInfo, SqlDriverAdapter, SqlQuery, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils';
import type { Dialect, SessionControl } from './dialect';
import { createOwnStatements } from './own-statements';

/** The one connection of a sandbox. Everything that is said to the database goes through it, one statement at a time. */
export interface PinnedConnection {
  readonly connectionInfo: ConnectionInfo | undefined;
  /** The server's name for the connection's session, where the dialect can cut it by that. */
  readonly session: string | undefined;
  queryRaw(query: SqlQuery): Promise<SqlResultSet>;
  executeRaw(query: SqlQuery): Promise<number>;
  /** Begins the outermost transaction and runs `then` in it. Rejects if one is open. */
  begin(then?: readonly string[]): Promise<void>;
  /** Runs `before` in the transaction, ends it undoing everything, and runs `then` outside of it. */
  rollback(before?: readonly string[], then?: readonly string[], how?: 'control' | 'soon'): Promise<void>;
  /**
   * Runs statements of the sandbox's own, in one round trip where the dialect can. They do not fail as long as the
   * sandbox is whole: if one does, it is an `OwnStatementError`.
   */
  control(statements: readonly string[]): Promise<void>;
  /** The same for those whose end nobody has to wait for: they are sent with, or before, what comes next. */
  soon(statements: readonly string[]): Promise<void>;
  /** Runs statements whose failure is the database's answer. */
  attempt(statements: readonly string[]): Promise<void>;
  /** Whether the transaction that was begun is still open, where the dialect can tell. */
  isAlive(): Promise<boolean>;
  /** Closes the connection; safe to call twice and when the server has gone. */
  close(): Promise<void>;
}

/** A query and how it is run: both ways of an adapter, told apart by what they return. */
export type RunQuery<T> = (connection: PinnedConnection, query: SqlQuery) => Promise<T>;

/** A query without parameters, in the adapter's form. */
export function plainQuery(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] };
}

/**
 * Pins one connection of an adapter by starting a transaction on it. Adapters differ in who speaks: where
 * `usePhantomQuery` is false the connection stays checked out and is told `BEGIN` and `ROLLBACK` in SQL, again and
 * again; where it is true (libsql, mariadb) each transaction is an object of its own.
 */
export function createPinnedConnection(adapter: SqlDriverAdapter, dialect: Dialect): PinnedConnection {
  let transaction: Transaction | undefined;
  let open = false;
  let session: string | undefined;
  let joins = dialect.joinsStatements;
  const current = (): Transaction => {
    if (!transaction) throw new Error('The sandbox has no open transaction: a statement came before its scope was opened.');
    return transaction;
  };
  const send = async (statements: readonly string[]): Promise<void> => {
    const batch = joins ? [statements.join('; ')] : statements;
    for (const sql of batch) await speak(current(), sql);
  };
  const own = createOwnStatements(send);
  const control = (statements: readonly string[]): Promise<void> => (statements.length > 0 ? own.now(statements) : Promise.resolve());
  const attempt = async (statements: readonly string[]): Promise<void> => {
    await own.settled();
    await send(statements);
  };

  /** An app may name its prepared statements, and those take one statement each. */
  const learnJoining = async (): Promise<void> => {
    try {
      await send(['SELECT 1', 'SELECT 1']);
    } catch {
      joins = false;
      await send([dialect.rollback, dialect.begin]);
    }
  };

  const pin = async (): Promise<void> => {
    transaction = await adapter.startTransaction();
    const again = transaction.options.usePhantomQuery;
    if (joins && !again) await learnJoining();
    if (dialect.session?.own !== undefined && (session === undefined || again)) {
      const { rows } = await transaction.queryRaw(plainQuery(dialect.session.own));
      session = String(rows[0]?.[0]);
    }
  };

  const begin = async (then: readonly string[] = []): Promise<void> => {
    if (open) throw new Error('The sandbox has an open transaction already.');
    if (transaction) await control([dialect.begin, ...then]);
    else {
      await pin();
      await control(then);
    }
    open = true;
  };

  return {
    connectionInfo: adapter.getConnectionInfo?.(),
    get session() {
      return session;
    },
    async queryRaw(query) {
      await own.settled();
      return current().queryRaw(query);
    },
    async executeRaw(query) {
      await own.settled();
      return current().executeRaw(query);
    },
    control,
    async soon(statements) {
      if (joins) own.soon(statements);
      else await control(statements);
    },
    attempt,
    begin,
    async rollback(before = [], then = [], how = 'control') {
      open = false;
      const ended = current();
      const statements = [...before, dialect.rollback, ...then];
      if (!ended.options.usePhantomQuery) return this[how](statements);
      await control(before);
      transaction = undefined;
      await ended.rollback();
      if (then.length === 0) return;
      await pin();
      await control(then);
      const outside = current();
      transaction = undefined;
      await outside.commit();
    },
    async isAlive() {
      const { probe } = dialect;
      if (!probe) return true;
      try {
        await current().executeRaw(plainQuery(probe.sql));
      } catch (error) {
        return probe.alive.test(textOf(error));
      }
      // It has begun one: end it, so that nothing is written by those who do not know yet.
      await current()
        .executeRaw(plainQuery(dialect.rollback))
        .catch(() => 0);
      return false;
    },
    async close() {
      const ended = transaction;
      transaction = undefined;
      open = false;
      await own.drop();
      if (ended && !ended.options.usePhantomQuery) await ended.executeRaw(plainQuery(dialect.rollback)).catch(() => 0);
      await ended?.rollback().catch(() => undefined);
      await adapter.dispose();
    },
  };
}

/** Cuts a connection that is at a statement, from a second one. */
export async function cutSession(second: SqlDriverAdapter, { busy, end }: SessionControl, own: string | undefined): Promise<void> {
  try {
    const ids = busy === undefined ? [own] : (await second.queryRaw(plainQuery(busy))).rows.map(([id]) => String(id));
    for (const id of ids) if (id !== undefined) await second.executeRaw(plainQuery(end(id)));
  } finally {
    await second.dispose();
  }
}

/** Savepoints go through the adapter's own methods: mariadb refuses them as prepared statements. */
async function speak(transaction: Transaction, sql: string): Promise<void> {
  const [, verb, name] = /^(SAVEPOINT|ROLLBACK TO(?: SAVEPOINT)?|RELEASE(?: SAVEPOINT)?) (\w+)$/.exec(sql) ?? [];
  if (verb && name && transaction.createSavepoint && transaction.options.usePhantomQuery) {
    if (verb === 'SAVEPOINT') return transaction.createSavepoint(name);
    if (verb.startsWith('ROLLBACK')) return transaction.rollbackToSavepoint?.(name);
    if (transaction.releaseSavepoint) return transaction.releaseSavepoint(name);
  }
  await transaction.executeRaw(plainQuery(sql));
}

/** Adapters put the driver's message into the cause. */
function textOf(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: string; cause?: { originalMessage?: string; message?: string } };
  return `${message ?? ''} ${cause?.originalMessage ?? ''} ${cause?.message ?? ''}`;
}
