import { createError } from '../errors';
import { maxSlot } from './database-name';
import {
  createDatabase,
  dropDatabase,
  findDatabases,
  markerOf,
  renameDatabase,
  requireOurs,
  type DatabaseEntry,
} from './postgresql-catalog';
import { copyClause } from './postgresql-copy';
import { settingsOfTemplate } from './postgresql-settings';
import type { AdminSession } from './postgresql-session';
import type { TemplatePlace } from './postgresql-template';

/** Lock that is held by the session to whose process a worker database belongs. */
export const slotLock = (database: string): string => `slot ${database}`;

/** A worker database that this session holds the lock of. */
export interface HeldSlot {
  readonly database: string;
  /** Drops it and clones the template again, or the database `source`. */
  recreate(source?: string): Promise<void>;
  /** Drops it and frees the lock. */
  free(): Promise<void>;
}

/**
 * Takes the lowest slot that nobody holds and clones the template into it. `held` are the databases of this very
 * session: the server would give their locks to it a second time.
 */
export async function takeSlot(place: TemplatePlace, held: Set<string>): Promise<HeldSlot> {
  const { session, names } = place;
  for (let slot = 1; slot <= maxSlot; slot++) {
    const database = names.worker(slot);
    if (held.has(database)) continue;
    held.add(database);
    const free = async (): Promise<void> => {
      if (!session.lost()) await session.unlock(slotLock(database));
      held.delete(database);
    };
    try {
      if (!(await session.tryLock(slotLock(database)))) {
        held.delete(database);
        continue;
      }
      if (!(await cloneInto(place, slot))) {
        await free();
        continue;
      }
    } catch (error) {
      await free().catch(() => undefined);
      throw error;
    }
    return {
      database,
      recreate: async (source) => void (await cloneInto(place, slot, source)),
      async free() {
        if (!session.lost())
          for (const entry of (await findDatabases(session, [database, names.retired(slot)])).values()) await dropDatabase(session, entry);
        await free();
      },
    };
  }
  throw createError({
    code: 'PRISMA_TEST_NO_SLOT_LEFT',
    message: `All ${maxSlot} worker databases of ${names.base} are in use.`,
    cure: "end the test runs that hold them: SELECT * FROM pg_stat_activity WHERE application_name LIKE 'jest-environment-prisma%'",
  });
}

/** `false` if the database belongs to runs that lock in another place, so that nobody here can tell if it is in use. */
async function cloneInto({ session, names, context }: TemplatePlace, slot: number, source = names.template): Promise<boolean> {
  const database = names.worker(slot);
  const retired = names.retired(slot);
  const copy = await copyClause(session, source);
  const found = await findDatabases(session, [database, retired]);
  for (const entry of found.values()) {
    requireOurs(entry);
    if (entry.marker && entry.marker.lobby !== session.lobby) return false;
  }
  const leftover = found.get(database);
  const older = found.get(retired);
  if (older) await dropDatabase(session, older);
  const isAside = leftover !== undefined && (await setAside(session, leftover, retired));
  const marker = markerOf(session, { kind: 'worker', project: context.projectKey, fingerprint: names.fingerprint });
  const settings = await settingsOfTemplate(session, names.template, database);
  await createDatabase(session, { name: database, copy, marker, settings });
  // Nobody waits for this one: if it fails, the slot's next clone drops it.
  if (isAside) dropDatabase(session, { ...leftover, name: retired }).catch(() => undefined);
  return true;
}

/** Puts a leftover out of the way: by its name where that is possible, else by dropping it. */
async function setAside(session: AdminSession, leftover: DatabaseEntry, name: string): Promise<boolean> {
  if (leftover.marker && (await renameDatabase(session, leftover, name).catch(() => false))) return true;
  await dropDatabase(session, leftover);
  return false;
}
