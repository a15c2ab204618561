import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils';

/** From here on Prisma's column types are lists. */
const firstListType = 64;

/**
 * The sandbox's adapter with results of this realm. Prisma maps rows with the `map` of the array it is given, so the
 * array that `findMany` returns is one of the realm in which the driver ran: `toBeInstanceOf(Array)` would not hold.
 */
export function adoptResults(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await factory.connect();
      const adopted: SqlDriverAdapter = {
        ...adapter,
        queryRaw: async (query) => adoptResult(await adapter.queryRaw(query)),
        startTransaction: async (level) => adoptTransaction(await adapter.startTransaction(level)),
      };
      return adopted;
    },
  };
}

function adoptTransaction(transaction: Transaction): Transaction {
  return { ...transaction, queryRaw: async (query) => adoptResult(await transaction.queryRaw(query)) };
}

function adoptResult(result: SqlResultSet): SqlResultSet {
  const hasLists = result.columnTypes.some((type) => type >= firstListType);
  const rows = hasLists ? Array.from(result.rows, (row) => Array.from(row, adoptValue)) : Array.from(result.rows);
  return { ...result, rows };
}

function adoptValue(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value as unknown[]) : value;
}
