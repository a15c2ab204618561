import { createError } from '../errors';
import { maxSlot, parseDatabaseName, type DatabaseNames } from './database-name';
import { dropDatabase, listOurDatabases, type MysqlDatabase } from './mysql-catalog';
import type { MysqlSession } from './mysql-session';

/** Templates of a project that are kept beside the newest: going back to another branch must not cost a build. */
const keptTemplates = 2;

/** Slots beyond the last that exists are looked at as well: one may just have been taken. */
const margin = 32;

/** Whose databases are meant. */
export interface Owner {
  readonly project: string;
  readonly base: string;
}

/** Lock that is held by the session to whose process a worker database belongs. */
export const slotLock = (database: string): string => `slot ${database}`;

/** Lock of the one who builds a template. */
export const buildLock = (template: string): string => `build ${template}`;

/** Lock that is held for the moment of taking a slot, and while a template is removed. */
export const gateLock = (template: string): string => `gate ${template}`;

/**
 * Removes every database of a project that no session uses and returns the names. The session must not be one that
 * holds leases itself.
 */
export async function removeUnused(session: MysqlSession, owner: Owner): Promise<readonly string[]> {
  const removed: string[] = [];
  const all = await databasesOf(session, owner);
  // Worker databases first: a template is in use as long as one of its slots is.
  for (const entry of all.toSorted((one, other) => Number(isTemplate(one)) - Number(isTemplate(other)))) {
    if (await removeIfUnused(session, entry, all)) removed.push(entry.name);
  }
  return removed;
}

/** Removes the project's older templates with their clones, save the newest few and what is in use. */
export async function removeOldTemplates(session: MysqlSession, owner: Owner, current: string): Promise<readonly string[]> {
  const all = await databasesOf(session, owner);
  const old = all
    .filter((entry) => entry.marker?.kind === 'template' && entry.marker.project === owner.project && entry.name !== current)
    .toSorted((one, other) => (other.marker?.created ?? '').localeCompare(one.marker?.created ?? ''))
    .slice(keptTemplates)
    .map((entry) => entry.marker?.fingerprint);
  const doomed = all.filter(({ name }) => old.includes(parseDatabaseName(name)?.fingerprint));
  const removed: string[] = [];
  for (const entry of doomed.toSorted((one, other) => Number(isTemplate(one)) - Number(isTemplate(other)))) {
    if (await removeIfUnused(session, entry, all)) removed.push(entry.name);
  }
  return removed;
}

function isTemplate({ name }: MysqlDatabase): boolean {
  return parseDatabaseName(name)?.kind === 'template';
}

async function databasesOf(session: MysqlSession, owner: Owner): Promise<readonly MysqlDatabase[]> {
  const all = await listOurDatabases(session);
  return all.filter(({ name, marker }) => marker?.project === owner.project || parseDatabaseName(name)?.base === owner.base);
}

async function removeIfUnused(session: MysqlSession, entry: MysqlDatabase, all: readonly MysqlDatabase[]): Promise<boolean> {
  const locks = isTemplate(entry) ? [gateLock(entry.name), buildLock(entry.name)] : [slotLock(entry.name)];
  const taken: string[] = [];
  try {
    for (const lock of locks) {
      if (!(await session.tryLock(lock))) return false;
      taken.push(lock);
    }
    if (isTemplate(entry) && (await session.heldLocks(slotsOf(entry, all).map(slotLock))).length > 0) return false;
    await dropDatabase(session, entry);
    return true;
  } catch {
    // Another user's, most likely: it is for that user to remove.
    return false;
  } finally {
    if (!session.lost()) for (const lock of taken) await session.unlock(lock);
  }
}

/** Names of the worker databases that a template may have. */
function slotsOf({ name }: MysqlDatabase, all: readonly MysqlDatabase[]): string[] {
  const template = parseDatabaseName(name);
  const slots = all
    .map((entry) => parseDatabaseName(entry.name))
    .flatMap((parsed) => (parsed?.fingerprint === template?.fingerprint && parsed?.base === template?.base ? (parsed?.slot ?? []) : []));
  const last = Math.min(Math.max(0, ...slots) + margin, maxSlot);
  const prefix = `${template?.base}_test_${template?.fingerprint}_`;
  return Array.from({ length: last }, (_, index) => `${prefix}${index + 1}`);
}

/** Takes the lowest slot that nobody holds; `check` runs while no template can be removed. */
export async function takeSlot(session: MysqlSession, names: DatabaseNames, check: () => Promise<boolean>): Promise<string | undefined> {
  await session.lock(gateLock(names.template));
  try {
    if (!(await check())) return undefined;
    for (let slot = 1; slot <= maxSlot; slot++) {
      if (await session.tryLock(slotLock(names.worker(slot)))) return names.worker(slot);
    }
    throw createError({
      code: 'PRISMA_TEST_MYSQL_NO_SLOT',
      message: `All ${maxSlot} worker databases of ${names.base} are in use.`,
      cure: 'end the test runs that hold them: SHOW PROCESSLIST',
    });
  } finally {
    await session.unlock(gateLock(names.template));
  }
}
