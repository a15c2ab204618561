import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseNames } from './database-name';
import { comment, createDatabase, dropDatabase, findDatabases, markerOf, quoteName, quoteText, requireOurs } from './postgresql-catalog';
import { openTarget } from './postgresql-target';
import type { Server } from './postgresql-connect';
import type { AdminSession } from './postgresql-session';
import type { ProviderContext, TemplateTarget } from './provider';

/** Lock that is held, shared, by every session that uses a template, and alone by whoever removes it. */
export const useLock = (template: string): string => `use ${template}`;

/** Lock of the one who builds a template. */
export const buildLock = (template: string): string => `build ${template}`;

/** Where a template is to be. */
export interface TemplatePlace {
  readonly server: Server;
  readonly session: AdminSession;
  readonly names: DatabaseNames;
  readonly context: ProviderContext;
}

/** Waits for the shared lock that keeps others from removing a template; it is kept for as long as the session lives. */
export async function holdTemplate({ session, names }: TemplatePlace): Promise<void> {
  while (!(await session.tryLock(useLock(names.template), 'shared'))) await delay(25);
}

/** Whether the finished template is there. */
export async function hasTemplate({ session, names }: TemplatePlace): Promise<boolean> {
  const entry = (await findDatabases(session, [names.template])).get(names.template);
  requireOurs(entry);
  return entry?.marker?.kind === 'template';
}

/** Builds the template, or waits for whoever does. */
export async function makeTemplate(place: TemplatePlace, build: (target: TemplateTarget) => Promise<void>): Promise<'hit' | 'built'> {
  const { session, names, context } = place;
  const lock = buildLock(names.template);
  const began = Date.now();
  let told = false;
  while (!(await session.tryLock(lock))) {
    if (await hasTemplate(place)) return 'hit';
    if (!told && Date.now() - began > 2000) {
      told = true;
      context.report(`waiting for another run that builds the template ${names.template}`);
    }
    await delay(20 + Math.random() * 30);
  }
  try {
    if (await hasTemplate(place)) return 'hit';
    await buildTemplate(place, build);
    return 'built';
  } finally {
    if (!session.lost()) await session.unlock(lock);
  }
}

async function buildTemplate(place: TemplatePlace, build: (target: TemplateTarget) => Promise<void>): Promise<void> {
  const { server, session, names, context } = place;
  const about = { project: context.projectKey, fingerprint: names.fingerprint };
  const leftovers = await findDatabases(session, [names.building, names.template]);
  for (const leftover of leftovers.values()) await dropDatabase(session, leftover);
  await createDatabase(session, { name: names.building, copy: '', marker: markerOf(session, { kind: 'building', ...about }) });

  const target = openTarget(server, names.building);
  try {
    await build(target);
  } catch (error) {
    await target.close();
    await dropUnfinished(session, names.building);
    throw error;
  }
  await target.close();

  // A database with a connection to it cannot be renamed or copied, and a seed or a command may have left one behind.
  const doing = 'finishing the template';
  await session.query(doing, `ALTER DATABASE ${quoteName(names.building)} ALLOW_CONNECTIONS false`);
  await session.query(
    doing,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${quoteText(names.building)} AND backend_type = 'client backend'`,
  );
  await session.query(
    doing,
    `${comment(names.building, markerOf(session, { kind: 'template', ...about }))}; ALTER DATABASE ${quoteName(names.building)} RENAME TO ${quoteName(names.template)}`,
  );
}

/** The build's own error matters more than one of tidying up after it. */
async function dropUnfinished(session: AdminSession, name: string): Promise<void> {
  try {
    for (const entry of (await findDatabases(session, [name])).values()) await dropDatabase(session, entry);
  } catch {
    // The next build drops it.
  }
}
