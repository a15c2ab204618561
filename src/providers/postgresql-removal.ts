import { parseDatabaseName } from './database-name';
import { dropDatabase, listOurDatabases, type DatabaseEntry } from './postgresql-catalog';
import { slotLock } from './postgresql-lease';
import type { AdminSession } from './postgresql-session';
import { buildLock, useLock } from './postgresql-template';

/** Templates of a project that are kept beside the newest: going back to another branch must not cost a build. */
const keptTemplates = 2;

/** Whose databases are meant. */
export interface Owner {
  readonly project: string;
  readonly base: string;
}

/**
 * Removes every database of a project that no session uses and returns the names. The session must not be one that
 * holds leases itself: the server would take its own locks for free.
 */
export async function removeUnused(session: AdminSession, owner: Owner): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const entry of await databasesOf(session, owner)) {
    if (await removeIfUnused(session, entry)) removed.push(entry.name);
  }
  return removed;
}

/** Removes what belongs to the project's older templates, save the newest few and what is in use. */
export async function removeOldTemplates(session: AdminSession, owner: Owner, current: string): Promise<readonly string[]> {
  const all = await databasesOf(session, owner);
  const created = (entry: DatabaseEntry): string => entry.marker?.created ?? '';
  const old = all
    .filter((entry) => entry.marker?.kind === 'template' && entry.marker.project === owner.project && entry.name !== current)
    .toSorted((a, b) => created(b).localeCompare(created(a)))
    .slice(keptTemplates);
  const removed: string[] = [];
  for (const template of old) {
    if (!(await removeIfUnused(session, template))) continue;
    const parsed = parseDatabaseName(template.name);
    const clones = all.filter((entry) => {
      const clone = parseDatabaseName(entry.name);
      return clone?.slot !== undefined && clone.fingerprint === parsed?.fingerprint && clone.base === parsed.base;
    });
    removed.push(template.name);
    for (const clone of clones) if (await removeIfUnused(session, clone)) removed.push(clone.name);
  }
  return removed;
}

async function databasesOf(session: AdminSession, owner: Owner): Promise<readonly DatabaseEntry[]> {
  const all = await listOurDatabases(session);
  return all.filter(
    ({ name, marker }) =>
      (marker === undefined || marker.lobby === session.lobby) &&
      (marker?.project === owner.project || parseDatabaseName(name)?.base === owner.base),
  );
}

async function removeIfUnused(session: AdminSession, entry: DatabaseEntry): Promise<boolean> {
  const locks = locksOf(entry.name);
  const taken: string[] = [];
  try {
    for (const lock of locks) {
      if (!(await session.tryLock(lock))) return false;
      taken.push(lock);
    }
    await dropDatabase(session, entry);
    return true;
  } catch {
    // Another role's, most likely: it is for that role to remove.
    return false;
  } finally {
    if (!session.lost()) for (const lock of taken) await session.unlock(lock);
  }
}

/** The locks that those who use a database hold, in the order in which they take them. */
function locksOf(name: string): readonly string[] {
  switch (parseDatabaseName(name)?.kind) {
    case 'worker':
      return [slotLock(name)];
    case 'retired':
      return [slotLock(name.replace(/_old$/, ''))];
    case 'building':
      return [buildLock(name.replace(/_new$/, ''))];
    default:
      return [useLock(name), buildLock(name)];
  }
}
