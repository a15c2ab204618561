import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';

/** Rows of a query without parameters. */
export async function ask(connection: Pick<SqlQueryable, 'queryRaw'>, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows;
}

/** Runs a statement without parameters. */
export async function tell(connection: Pick<SqlDriverAdapter, 'executeRaw'>, sql: string): Promise<void> {
  await connection.executeRaw({ sql, args: [], argTypes: [] });
}

/** For each of the tables (quoted names) whether it has rows, in one query. */
export async function areFilled(connection: Pick<SqlQueryable, 'queryRaw'>, tables: readonly string[]): Promise<readonly boolean[]> {
  if (tables.length === 0) return [];
  const asked = tables.map((table) => `(SELECT count(*) FROM (SELECT 1 AS one FROM ${table} LIMIT 1) AS few)`);
  // Databases differ in how many columns a row may have.
  const filled: boolean[] = [];
  for (let at = 0; at < asked.length; at += 500) {
    const [row = []] = await ask(connection, `SELECT ${asked.slice(at, at + 500).join(', ')}`);
    filled.push(...row.map((value) => Number(value) > 0));
  }
  return filled;
}
