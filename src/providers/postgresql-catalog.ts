import { setTimeout as delay } from 'node:timers/promises';
import { createError } from '../errors';
import { parseDatabaseName } from './database-name';
import { codeOf } from './postgresql-errors';
import type { AdminSession } from './postgresql-session';

/** What a database of ours says of itself, as JSON in its comment. */
export interface Marker {
  readonly package: 'jest-environment-prisma';
  readonly kind: 'template' | 'building' | 'worker';
  readonly project: string;
  readonly fingerprint: string;
  /** The database in which its locks are taken. */
  readonly lobby: string;
  /** ISO 8601. */
  readonly created: string;
}

/** A database as the catalog shows it. */
export interface DatabaseEntry {
  readonly name: string;
  /** `undefined` where it carries none of ours. */
  readonly marker: Marker | undefined;
  /** It was created by us a moment ago, and whoever did it has not come to write the marker, or never will. */
  readonly isUnfinished: boolean;
}

/**
 * Until a new database has its comment, this limit marks it: it is set by the same `CREATE DATABASE`, so that there is
 * no moment in which a process can die and leave a database of ours that nobody may remove.
 */
const unfinishedLimit = 1_785_358_951;

/** Quotes an identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string for places that take no parameter, whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Looks up databases by name; those that are not there are not in the map. */
export async function findDatabases(session: AdminSession, names: readonly string[]): Promise<ReadonlyMap<string, DatabaseEntry>> {
  const rows = await session.query('looking up databases', `${select} WHERE datname = ANY($1::text[])`, [names]);
  return new Map(rows.map((row) => [String(row['name']), entryOf(row)]));
}

/** All databases of ours on the server, whoever made them. */
export async function listOurDatabases(session: AdminSession): Promise<readonly DatabaseEntry[]> {
  const rows = await session.query('listing databases', select);
  return rows.map(entryOf).filter(isOurs);
}

/** Whether a database may be written to and dropped: the safety promise hangs on this. */
export function isOurs(entry: DatabaseEntry): boolean {
  return entry.marker !== undefined || entry.isUnfinished;
}

/** Throws if there is a database and it is not ours. */
export function requireOurs(entry: DatabaseEntry | undefined): void {
  if (!entry || isOurs(entry)) return;
  throw createError({
    code: 'PRISMA_TEST_DATABASE_NOT_OURS',
    message: `A database named ${quoteName(entry.name)} exists, but it does not carry this package's marker: it is left alone.`,
    cure: `if nobody needs it, rename or drop it yourself:  ALTER DATABASE ${quoteName(entry.name)} RENAME TO "…";`,
  });
}

/** What {@link createDatabase} makes. */
export interface NewDatabase {
  readonly name: string;
  /** Clause by which it is copied: ` TEMPLATE "x" STRATEGY wal_log`, or nothing. */
  readonly copy: string;
  readonly marker: Marker;
  /** Further statements about it, each with a semicolon before it. */
  readonly settings?: string;
}

/** Creates a database and marks it as ours. */
export async function createDatabase(session: AdminSession, { name, copy, marker, settings = '' }: NewDatabase): Promise<void> {
  const create = `CREATE DATABASE ${quoteName(name)}${copy} CONNECTION LIMIT ${unfinishedLimit}`;
  await whileInUse(() => session.query(`creating the database ${name}`, create));
  await session.query(
    'marking a new database',
    `${comment(name, marker)}; ALTER DATABASE ${quoteName(name)} CONNECTION LIMIT -1${settings}`,
  );
}

/** Drops a database of ours with whatever is still connected to it. */
export async function dropDatabase(session: AdminSession, entry: DatabaseEntry): Promise<void> {
  requireOurs(entry);
  // A server that dies while it drops a database leaves it with another limit; the comment stays.
  if (!entry.marker)
    await session.query('marking a database', comment(entry.name, markerOf(session, { kind: 'worker', project: '', fingerprint: '' })));
  await whileInUse(() =>
    session.query(`dropping the database ${entry.name}`, `DROP DATABASE IF EXISTS ${quoteName(entry.name)} WITH (FORCE)`),
  );
}

/**
 * Gives a database of ours another name, which takes a millisecond where dropping takes fifty. `false` if somebody is
 * connected to it.
 */
export async function renameDatabase(session: AdminSession, entry: DatabaseEntry, name: string): Promise<boolean> {
  requireOurs(entry);
  const busy = `SELECT 1 FROM pg_stat_activity WHERE datname = $1 LIMIT 1`;
  if ((await session.query('looking for connections', busy, [entry.name])).length > 0) return false;
  await session.query(`renaming the database ${entry.name}`, `ALTER DATABASE ${quoteName(entry.name)} RENAME TO ${quoteName(name)}`);
  return true;
}

/** A marker made now. */
export function markerOf(session: AdminSession, about: Pick<Marker, 'kind' | 'project' | 'fingerprint'>): Marker {
  return { package: 'jest-environment-prisma', ...about, lobby: session.lobby, created: new Date().toISOString() };
}

/** The statement that writes a marker. */
export function comment(name: string, marker: Marker): string {
  return `COMMENT ON DATABASE ${quoteName(name)} IS ${quoteText(JSON.stringify(marker))}`;
}

const select = `SELECT datname::text AS name, datconnlimit AS "limit", shobj_description(oid, 'pg_database') AS comment FROM pg_database`;

function entryOf(row: Readonly<Record<string, unknown>>): DatabaseEntry {
  const name = String(row['name']);
  return {
    name,
    marker: readMarker(row['comment']),
    isUnfinished: Number(row['limit']) === unfinishedLimit && parseDatabaseName(name) !== undefined,
  };
}

function readMarker(text: unknown): Marker | undefined {
  if (typeof text !== 'string' || !text.includes('jest-environment-prisma')) return undefined;
  try {
    const marker = JSON.parse(text) as Partial<Marker> | null;
    return marker?.package === 'jest-environment-prisma' && marker.kind ? (marker as Marker) : undefined;
  } catch {
    return undefined;
  }
}

/** Another session may look at the source for a moment (`template1`, mostly); the server has waited 5 s by itself then. */
async function whileInUse(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 5 || codeOf((error as Error).cause) !== '55006') throw error;
      await delay(50 + Math.random() * 200);
    }
  }
}
