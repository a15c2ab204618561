import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Dialect } from '../sandbox/dialect';
import { areFilled, ask, tell } from './plain-query';
import type { RestoredTable, Restorer } from './restorer';

/** A table that is not empty in a level, and the copy of its rows. */
interface Kept {
  readonly table: RestoredTable;
  readonly copy: string;
}

interface Level {
  readonly kept: readonly Kept[];
  readonly sequences: string;
}

const schema = '"_jest_environment_prisma"';

const listTables = `SELECT format('%I.%I', n.nspname, c.relname),
  (SELECT coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), '') FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND c.relname <> '_prisma_migrations'
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', '_jest_environment_prisma')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1`;

/**
 * PostgreSQL: everything in one round trip, which is one transaction. A `DELETE` of an empty table costs next to nothing,
 * a `TRUNCATE` of it milliseconds. Rows that are not a test's are compared by count and newest transaction, and written
 * anew only when they differ.
 */
export function createPostgresqlRestorer(dialect: Dialect, adapter: SqlDriverAdapter): Restorer {
  const levels = new Map<number, Level>();
  let tables: readonly RestoredTable[] | undefined;
  /** Whether foreign keys and triggers may be put out of action: it takes a superuser, or a `GRANT SET`. */
  let isReplica: boolean | undefined;

  const readTables = async (): Promise<readonly RestoredTable[]> => {
    const rows = await ask(adapter, listTables);
    return rows.map(([name, columns]) => ({ name: String(name), columns: String(columns) }));
  };

  const prepare = async (): Promise<readonly RestoredTable[]> => {
    isReplica ??= await tell(adapter, `SET LOCAL session_replication_role = replica; SELECT 1`).then(
      () => true,
      () => false,
    );
    await tell(
      adapter,
      `SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS ${schema}; CREATE TABLE IF NOT EXISTS ${schema}.state (copy text PRIMARY KEY, amount bigint, newest bigint)`,
    );
    return (tables ??= await readTables());
  };

  return {
    async save(level) {
      const all = await prepare();
      const filled = await areFilled(
        adapter,
        all.map(({ name }) => name),
      );
      const kept = all.filter((_, index) => filled[index]).map((table, index) => ({ table, copy: `${schema}."${level}_${index}"` }));
      const statements = kept.flatMap(({ table, copy }) => [
        `DROP TABLE IF EXISTS ${copy}`,
        `CREATE UNLOGGED TABLE ${copy} AS SELECT ${table.columns || '1'} FROM ${table.name}`,
        `DELETE FROM ${schema}.state WHERE copy = '${copy}'`,
        `INSERT INTO ${schema}.state SELECT '${copy}', count(*), max(xmin::text::bigint) FROM ${table.name}`,
      ]);
      if (statements.length > 0) await tell(adapter, statements.join(';\n'));
      const sequences = (await dialect.sequences?.read(async (sql) => (await ask(adapter, sql))[0]?.[0])) ?? '';
      levels.set(level, { kept, sequences });
    },

    async restore(level) {
      const { kept, sequences } = levels.get(level) ?? { kept: [], sequences: '' };
      const seeded = new Set(kept.map(({ table }) => table));
      const emptied = (tables ?? []).filter((table) => !seeded.has(table));
      const rows = isReplica
        ? [
            'SET LOCAL session_replication_role = replica',
            ...emptied.map(({ name }) => `DELETE FROM ${name}`),
            ...(kept.length > 0 ? [rewriteChanged(kept)] : []),
          ]
        : rewriteAll(tables ?? [], kept);
      const statements = [
        `SET LOCAL lock_timeout = '10s'`,
        ...rows,
        ...(sequences && dialect.sequences ? [dialect.sequences.restore(sequences, true)] : []),
      ];
      await tell(adapter, statements.join(';\n'));
    },
  };
}

/** Writes the rows of those tables anew whose count or newest transaction has changed. */
function rewriteChanged(kept: readonly Kept[]): string {
  const checks = kept.map(
    ({ table, copy }) => `  SELECT count(*), max(xmin::text::bigint) INTO n, x FROM ${table.name};
  IF NOT EXISTS (SELECT 1 FROM ${schema}.state WHERE copy = '${copy}' AND amount = n AND newest = x) THEN
    DELETE FROM ${table.name};
    ${insert(table, copy)};
    UPDATE ${schema}.state SET newest = (SELECT max(xmin::text::bigint) FROM ${table.name}) WHERE copy = '${copy}';
  END IF;`,
  );
  return `DO $jep$ DECLARE n bigint; x bigint; BEGIN\n${checks.join('\n')}\nEND $jep$`;
}

/**
 * Without the right to put foreign keys out of action: they are checked when a statement ends, so what is deleted (or
 * inserted) by one statement may be so in any order.
 */
function rewriteAll(tables: readonly RestoredTable[], kept: readonly Kept[]): string[] {
  const together = (parts: readonly string[]): string => `WITH ${parts.map((part, index) => `s${index} AS (${part})`).join(', ')} SELECT 1`;
  return [
    ...(tables.length > 0 ? [together(tables.map(({ name }) => `DELETE FROM ${name}`))] : []),
    ...(kept.length > 0 ? [together(kept.map(({ table, copy }) => insert(table, copy)))] : []),
  ];
}

function insert({ name, columns }: RestoredTable, copy: string): string {
  return `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${copy}`;
}
