import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Dialect } from '../sandbox/dialect';
import { areFilled, ask, tell } from './plain-query';
import { ownPrefix, type RestoredTable, type Restorer } from './restorer';

/** A table that is not empty in a level, the copy of its rows, and a sum over them. */
interface Kept {
  readonly table: RestoredTable;
  readonly copy: string;
  readonly checksum: string;
}

interface Level {
  readonly kept: readonly Kept[];
  readonly counters: readonly (readonly unknown[])[];
}

const listTables = `SELECT t.TABLE_NAME, c.COLUMN_NAME FROM information_schema.TABLES t
JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_NAME <> '_prisma_migrations' AND t.TABLE_NAME NOT LIKE '\\_jest\\_environment\\_prisma%'
  AND c.EXTRA NOT LIKE '%VIRTUAL GENERATED%' AND c.EXTRA NOT LIKE '%STORED GENERATED%'
ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION`;

/**
 * MySQL and MariaDB: `TRUNCATE` of the tables that are not empty or whose AUTO_INCREMENT has moved. It runs no triggers
 * and sets the counter back. Tables with rows of the template are compared by `CHECKSUM TABLE`.
 */
export function createMysqlRestorer(dialect: Dialect, adapter: SqlDriverAdapter): Restorer {
  const levels = new Map<number, Level>();
  let tables: readonly RestoredTable[] | undefined;

  const readTables = async (): Promise<readonly RestoredTable[]> => {
    const columns = new Map<string, string[]>();
    for (const [table, column] of await ask(adapter, listTables)) {
      columns.set(String(table), [...(columns.get(String(table)) ?? []), quote(String(column))]);
    }
    return [...columns].map(([name, list]) => ({ name: quote(name), columns: list.join(', ') }));
  };
  const readCounters = async (): Promise<Level['counters']> => (dialect.counters ? ask(adapter, dialect.counters.read) : []);
  const checksums = async (names: readonly string[]): Promise<readonly string[]> => {
    if (names.length === 0) return [];
    return (await ask(adapter, `CHECKSUM TABLE ${names.join(', ')}`)).map((row) => String(row[1]));
  };

  return {
    async save(level) {
      tables ??= await readTables();
      const filled = await areFilled(
        adapter,
        tables.map(({ name }) => name),
      );
      const found = tables.filter((_, index) => filled[index]);
      const sums = await checksums(found.map(({ name }) => name));
      const kept: Kept[] = [];
      for (const [index, table] of found.entries()) {
        const copy = quote(`${ownPrefix}_${level}_${index}`);
        await tell(adapter, `DROP TABLE IF EXISTS ${copy}`);
        await tell(adapter, `CREATE TABLE ${copy} AS SELECT ${table.columns} FROM ${table.name}`);
        kept.push({ table, copy, checksum: sums[index] ?? '' });
      }
      levels.set(level, { kept, counters: await readCounters() });
    },

    async restore(level) {
      const { kept, counters } = levels.get(level) ?? { kept: [], counters: [] };
      const before = new Map(counters.map(([table, value]) => [quote(String(table)), String(value)]));
      const others = (tables ?? []).filter((table) => !kept.some((each) => each.table === table));
      const [now, filled, sums] = [
        new Map((await readCounters()).map(([table, value]) => [quote(String(table)), String(value)])),
        await areFilled(
          adapter,
          others.map(({ name }) => name),
        ),
        await checksums(kept.map(({ table }) => table.name)),
      ];
      const hasMoved = ({ name }: RestoredTable): boolean => now.get(name) !== before.get(name);
      const emptied = others.filter((table, index) => filled[index] || hasMoved(table));
      const changed = kept.filter(({ checksum }, index) => sums[index] !== checksum);
      const moved = kept.filter(({ table }) => hasMoved(table) || changed.some((each) => each.table === table));
      if (emptied.length === 0 && moved.length === 0) return;
      await inOneSession(adapter, [
        ...emptied.map(({ name }) => `TRUNCATE TABLE ${name}`),
        ...changed.flatMap(({ table, copy }) => [
          `TRUNCATE TABLE ${table.name}`,
          `INSERT INTO ${table.name} (${table.columns}) SELECT ${table.columns} FROM ${copy}`,
        ]),
        ...moved.flatMap(({ table }) =>
          before.has(table.name) ? [`ALTER TABLE ${table.name} AUTO_INCREMENT = ${before.get(table.name)}`] : [],
        ),
      ]);
    },
  };
}

/** A transaction is how an adapter gives one connection; what runs in it commits by itself. */
async function inOneSession(adapter: SqlDriverAdapter, statements: readonly string[]): Promise<void> {
  const session = await adapter.startTransaction();
  try {
    const set = `SET SESSION foreign_key_checks = 0, SESSION lock_wait_timeout = 10, SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')`;
    for (const sql of [set, ...statements]) await tell(session, sql);
  } finally {
    await tell(session, 'SET SESSION foreign_key_checks = DEFAULT, SESSION lock_wait_timeout = DEFAULT, SESSION sql_mode = DEFAULT').catch(
      () => undefined,
    );
    await session.commit();
  }
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
