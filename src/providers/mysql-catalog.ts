import { createError } from '../errors';
import { parseDatabaseName } from './database-name';
import type { MysqlRow } from './mysql-driver';
import type { MysqlSession } from './mysql-session';

/** What a database of ours says of itself, as JSON. */
export interface MysqlMarker {
  readonly package: 'jest-environment-prisma';
  readonly kind: 'template' | 'building' | 'worker';
  readonly project: string;
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly created: string;
}

/** A database as the catalog shows it. */
export interface MysqlDatabase {
  readonly name: string;
  /** `undefined` where it carries none of ours. */
  readonly marker: MysqlMarker | undefined;
  /** It was created by us a moment ago, and whoever did it has not come to write the marker, or never will. */
  readonly isUnfinished: boolean;
}

/**
 * Databases have no comment in MySQL, but procedures have: an empty one carries the marker. Unlike a table it is in
 * nobody's way: no list of tables shows it, no schema engine compares it, nothing empties it.
 */
export const markerProcedure = '_jest_environment_prisma';

/**
 * Until a new database has its marker, this default collation, which nobody would choose, marks it: it is set by the
 * same `CREATE DATABASE`, so that there is no moment in which a process can die and leave a database of ours that
 * nobody may remove.
 */
const unfinishedCollation = 'hp8_bin';

/** Quotes an identifier. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Quotes a string, whatever `sql_mode` says of backslashes: there must be none. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Looks up databases by name; those that are not there are not in the map. */
export async function findDatabases(session: MysqlSession, names: readonly string[]): Promise<ReadonlyMap<string, MysqlDatabase>> {
  const rows = await session.query('looking up databases', `${select} WHERE s.SCHEMA_NAME IN (${names.map(() => '?').join(', ')})`, names);
  return new Map(rows.map((row) => [String(row['name']), entryOf(row)]));
}

/** All databases of ours on the server that the user can see. */
export async function listOurDatabases(session: MysqlSession): Promise<readonly MysqlDatabase[]> {
  const rows = await session.query('listing databases', select);
  return rows.map(entryOf).filter(isOurs);
}

/** Whether a database may be written to and dropped: the safety promise hangs on this. */
export function isOurs(entry: MysqlDatabase): boolean {
  return entry.marker !== undefined || entry.isUnfinished;
}

/** Throws if there is a database and it is not ours. */
export function requireOurs(entry: MysqlDatabase | undefined): void {
  if (!entry || isOurs(entry)) return;
  throw createError({
    code: 'PRISMA_TEST_MYSQL_NOT_OURS',
    message: `A database named ${quoteName(entry.name)} exists, but it does not carry this package's marker: it is left alone.`,
    cure: `if nobody needs it, drop it yourself:  DROP DATABASE ${quoteName(entry.name)};`,
  });
}

/** Creates a database and marks it as ours. `collation` is its default one; the server's where none is given. */
export async function createDatabase(session: MysqlSession, name: string, marker: MysqlMarker, collation?: string): Promise<void> {
  const quoted = quoteName(name);
  await session.query(`creating the database ${name}`, `CREATE DATABASE ${quoted} CHARACTER SET hp8 COLLATE ${unfinishedCollation}`);
  const chosen = collation ?? String((await session.query('reading the collation', 'SELECT @@collation_server AS name'))[0]?.['name']);
  await session.query(
    'marking a new database',
    `CREATE PROCEDURE ${quoted}.${quoteName(markerProcedure)}() COMMENT ${quoteText(JSON.stringify(marker))} BEGIN END;` +
      `ALTER DATABASE ${quoted} CHARACTER SET ${chosen.split('_')[0]} COLLATE ${chosen}`,
  );
}

/** Writes a database's marker anew. */
export async function mark(session: MysqlSession, name: string, marker: MysqlMarker): Promise<void> {
  const procedure = `${quoteName(name)}.${quoteName(markerProcedure)}`;
  await session.query('marking a database', `ALTER PROCEDURE ${procedure} COMMENT ${quoteText(JSON.stringify(marker))}`);
}

/** Drops a database of ours. */
export async function dropDatabase(session: MysqlSession, entry: MysqlDatabase): Promise<void> {
  requireOurs(entry);
  await session.query(`dropping the database ${entry.name}`, `DROP DATABASE IF EXISTS ${quoteName(entry.name)}`);
}

/** A marker made now. */
export function markerOf(about: Pick<MysqlMarker, 'kind' | 'project' | 'fingerprint'>): MysqlMarker {
  return { package: 'jest-environment-prisma', ...about, created: new Date().toISOString() };
}

const select = `SELECT s.SCHEMA_NAME AS name, s.DEFAULT_COLLATION_NAME AS collation, r.ROUTINE_COMMENT AS comment,
  (SELECT COUNT(*) FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = s.SCHEMA_NAME AND s.DEFAULT_COLLATION_NAME = '${unfinishedCollation}') AS tables
FROM information_schema.SCHEMATA s
LEFT JOIN information_schema.ROUTINES r ON r.ROUTINE_SCHEMA = s.SCHEMA_NAME AND r.ROUTINE_NAME = '${markerProcedure}'`;

function entryOf(row: MysqlRow): MysqlDatabase {
  const name = String(row['name']);
  return {
    name,
    marker: readMarker(row['comment']),
    isUnfinished: row['collation'] === unfinishedCollation && Number(row['tables']) === 0 && parseDatabaseName(name) !== undefined,
  };
}

function readMarker(text: unknown): MysqlMarker | undefined {
  if (typeof text !== 'string' || !text.includes('jest-environment-prisma')) return undefined;
  try {
    const marker = JSON.parse(text) as Partial<MysqlMarker> | null;
    return marker?.package === 'jest-environment-prisma' && marker.kind ? (marker as MysqlMarker) : undefined;
  } catch {
    return undefined;
  }
}
