import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { areFilled, ask } from './plain-query';
import { ownPrefix, type RestoredTable, type Restorer } from './restorer';

/** A table that is not empty in a level, and the copy of its rows. */
interface Kept {
  readonly table: RestoredTable;
  readonly copy: string;
}

/** SQLite: one script. Counters of `AUTOINCREMENT` are rows of a table of their own, and are treated as such. */
export function createSqliteRestorer(adapter: SqlDriverAdapter): Restorer {
  const levels = new Map<number, readonly Kept[]>();
  let tables: readonly RestoredTable[] | undefined;

  const readTables = async (): Promise<readonly RestoredTable[]> => {
    const rows = await ask(
      adapter,
      `SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type = 'table' AND name <> '_prisma_migrations'
        AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name = 'sqlite_sequence') AND name NOT LIKE '\\_jest\\_environment\\_prisma%' ESCAPE '\\'`,
    );
    const virtual = rows.filter(([, isVirtual]) => Number(isVirtual) === 1).map(([name]) => String(name));
    // The tables behind a virtual one are its own affair.
    const names = rows.map(([name]) => String(name)).filter((name) => !virtual.some((each) => name.startsWith(`${each}_`)));
    return Promise.all(
      names.map(async (name) => {
        const columns = await ask(adapter, `SELECT name FROM pragma_table_xinfo('${name.replaceAll("'", "''")}') WHERE hidden = 0`);
        return { name: quote(name), columns: columns.map(([column]) => quote(String(column))).join(', ') };
      }),
    );
  };

  return {
    async save(level) {
      tables ??= await readTables();
      const filled = await areFilled(
        adapter,
        tables.map(({ name }) => name),
      );
      const kept = tables
        .filter((_, index) => filled[index])
        .map((table, index) => ({ table, copy: quote(`${ownPrefix}_${level}_${index}`) }));
      const copies = kept.map(
        ({ table, copy }) => `DROP TABLE IF EXISTS ${copy}; CREATE TABLE ${copy} AS SELECT ${table.columns} FROM ${table.name};`,
      );
      if (copies.length > 0) await adapter.executeScript(copies.join('\n'));
      levels.set(level, kept);
    },

    async restore(level) {
      const kept = levels.get(level) ?? [];
      const statements = [
        'PRAGMA synchronous = OFF',
        // It takes no effect inside of a transaction.
        'PRAGMA foreign_keys = OFF',
        'BEGIN IMMEDIATE',
        ...(tables ?? []).map(({ name }) => `DELETE FROM ${name}`),
        // The counters come last: inserting moves them.
        ...kept
          .toSorted((one, other) => Number(isCounter(one)) - Number(isCounter(other)))
          .flatMap(({ table, copy }) => [
            ...(isCounter({ table }) ? [`DELETE FROM ${table.name}`] : []),
            `INSERT INTO ${table.name} (${table.columns}) SELECT ${table.columns} FROM ${copy}`,
          ]),
        ...(kept.some(isCounter) || !tables?.some((table) => isCounter({ table })) ? [] : ['DELETE FROM "sqlite_sequence"']),
        'COMMIT',
        'PRAGMA foreign_keys = ON',
      ];
      await adapter.executeScript(`${statements.join(';\n')};`).catch(async (error: unknown) => {
        await adapter.executeScript('ROLLBACK; PRAGMA foreign_keys = ON;').catch(() => undefined);
        throw error;
      });
    },
  };
}

function isCounter({ table }: Pick<Kept, 'table'>): boolean {
  return table.name === '"sqlite_sequence"';
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
