import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { adoptQuery } from '../sandbox/adopt-query';
import { currentContext, refuse, type TransactionLabel } from '../sandbox/call-context';
import type { Sandbox } from '../sandbox/sandbox';
import { createSandboxAdapterFactory } from '../sandbox/sandbox-adapter';
import { lateStatement } from '../sandbox/sandbox-errors';

/** What an adapter without a sandbox needs to know. */
export interface DirectAdapterOptions {
  readonly sandbox: Sandbox;
  /** Whether clients are to be led into the sandbox now. */
  isSandboxed(): boolean;
  /** The connection to the database that clients are to be led to now. */
  adapter(): Promise<SqlDriverAdapter>;
  /** A statement is about to be sent that may change something. */
  willWrite(): void;
}

/** Adapters that lead to wherever the isolation of the running scope says, and the transactions that are open there. */
export interface DirectAdapters {
  factory(adapterName: string): SqlDriverAdapterFactory;
  /** Rolls back what is open; returns whose it was. */
  endTransactions(): Promise<readonly TransactionLabel[]>;
}

export function createDirectAdapters(options: DirectAdapterOptions): DirectAdapters {
  const { sandbox } = options;
  const { dialect } = sandbox.options;
  /** Those of Prisma's own, for nested writes, have no label: no one can leave them open. */
  const open = new Map<Transaction, TransactionLabel | undefined>();

  /** As the sandbox does it: on behalf of a scope that lives, and noted in the log. */
  const send = async <T>(
    target: () => Promise<SqlQueryable>,
    given: SqlQuery,
    how: (target: SqlQueryable, query: SqlQuery) => Promise<T>,
  ): Promise<T> => {
    const context = currentContext();
    const { operation, scope } = context;
    if (scope?.closed) throw refuse(context, lateStatement(context, sandbox.current));
    const query = adoptQuery(given);
    if (dialect.classify(query.sql) !== 'read') options.willWrite();
    const started = performance.now();
    let failure: string | undefined;
    try {
      return await how(await target(), query);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      const { database } = sandbox.options;
      sandbox.log.add({ database, sql: query.sql, args: query.args, ms: performance.now() - started, operation, scope, error: failure });
    }
  };
  const queries = (target: () => Promise<SqlQueryable>): Pick<SqlQueryable, 'queryRaw' | 'executeRaw'> => ({
    queryRaw: (query) => send(target, query, (connection, each) => connection.queryRaw(each)),
    executeRaw: (query) => send(target, query, (connection, each) => connection.executeRaw(each)),
  });

  const wrap = (transaction: Transaction): Transaction => {
    const { provider, adapterName, options: settings } = transaction;
    open.set(transaction, currentContext().label);
    const end = (work: () => Promise<void>): Promise<void> => {
      open.delete(transaction);
      return work();
    };
    return {
      provider,
      adapterName,
      options: settings,
      ...queries(() => Promise.resolve(transaction)),
      commit: () => end(() => transaction.commit()),
      rollback: () => end(() => transaction.rollback()),
      ...(transaction.createSavepoint && { createSavepoint: transaction.createSavepoint.bind(transaction) }),
      ...(transaction.rollbackToSavepoint && { rollbackToSavepoint: transaction.rollbackToSavepoint.bind(transaction) }),
      ...(transaction.releaseSavepoint && { releaseSavepoint: transaction.releaseSavepoint.bind(transaction) }),
    };
  };

  return {
    factory(adapterName) {
      const boxes = createSandboxAdapterFactory(sandbox, adapterName);
      const { provider } = boxes;
      return {
        provider,
        adapterName,
        async connect() {
          let boxed: Promise<SqlDriverAdapter> | undefined;
          const box = (): Promise<SqlDriverAdapter> => (boxed ??= boxes.connect());
          const first = await (options.isSandboxed() ? box() : options.adapter());
          const info = first.getConnectionInfo?.();
          const direct = queries(options.adapter);
          return {
            provider,
            adapterName,
            ...(info && { getConnectionInfo: () => info }),
            queryRaw: async (query) => (options.isSandboxed() ? (await box()).queryRaw(query) : direct.queryRaw(query)),
            executeRaw: async (query) => (options.isSandboxed() ? (await box()).executeRaw(query) : direct.executeRaw(query)),
            executeScript: async (script) => (await (options.isSandboxed() ? box() : options.adapter())).executeScript(script),
            startTransaction: async (level) =>
              options.isSandboxed() ? (await box()).startTransaction(level) : wrap(await (await options.adapter()).startTransaction(level)),
            dispose: () => Promise.resolve(),
          };
        },
      };
    },
    async endTransactions() {
      const left = [...open];
      open.clear();
      for (const [transaction] of left) {
        if (!transaction.options.usePhantomQuery) {
          await transaction.executeRaw({ sql: dialect.rollback, args: [], argTypes: [] }).catch(() => 0);
        }
        await transaction.rollback().catch(() => undefined);
      }
      return left.flatMap(([, label]) => label ?? []);
    },
  };
}
