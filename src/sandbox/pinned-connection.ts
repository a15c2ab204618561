import type { ConnectionInfo, SqlDriverAdapter, SqlQuery, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils';
import type { Dialect } from './dialect';

/** The one connection of a sandbox. Everything that is said to the database goes through it, one statement at a time. */
export interface PinnedConnection {
  readonly connectionInfo: ConnectionInfo | undefined;
  queryRaw(query: SqlQuery): Promise<SqlResultSet>;
  executeRaw(query: SqlQuery): Promise<number>;
  /** Begins the outermost transaction. Rejects if one is open. */
  begin(): Promise<void>;
  /** Ends it, undoing everything. */
  rollback(): Promise<void>;
  /** Runs statements of the sandbox's own, in one round trip where the dialect can. */
  control(statements: readonly string[]): Promise<void>;
  /** Closes the connection; safe to call twice and when the server has gone. */
  close(): Promise<void>;
}

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

  const current = (): Transaction => {
    if (!transaction) throw new Error('The sandbox has no open transaction: a statement came before its scope was opened.');
    return transaction;
  };

  const control = async (statements: readonly string[]): Promise<void> => {
    if (statements.length === 0) return;
    const batch = dialect.joinsStatements ? [statements.join('; ')] : statements;
    for (const sql of batch) await speak(current(), sql);
  };

  return {
    connectionInfo: adapter.getConnectionInfo?.(),
    queryRaw: (query) => current().queryRaw(query),
    executeRaw: (query) => current().executeRaw(query),
    control,
    async begin() {
      if (open) throw new Error('The sandbox has an open transaction already.');
      if (transaction) await control([dialect.begin]);
      else transaction = await adapter.startTransaction();
      open = true;
    },
    async rollback() {
      open = false;
      const ended = current();
      if (!ended.options.usePhantomQuery) return control([dialect.rollback]);
      transaction = undefined;
      await ended.rollback();
    },
    async close() {
      const ended = transaction;
      transaction = undefined;
      open = false;
      if (ended && !ended.options.usePhantomQuery) await ended.executeRaw(plainQuery(dialect.rollback)).catch(() => 0);
      await ended?.rollback().catch(() => undefined);
      await adapter.dispose();
    },
  };
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
