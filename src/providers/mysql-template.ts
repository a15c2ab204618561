import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseNames } from './database-name';
import { createDatabase, dropDatabase, findDatabases, mark, markerOf, quoteName, requireOurs, type MysqlMarker } from './mysql-catalog';
import { buildLock } from './mysql-removal';
import type { MysqlServer, MysqlSession } from './mysql-session';
import { openMysqlTarget } from './mysql-target';
import type { ProviderContext, TemplateTarget } from './provider';

/** Where a template is to be. */
export interface MysqlTemplatePlace {
  readonly server: MysqlServer;
  readonly session: MysqlSession;
  readonly names: DatabaseNames;
  readonly context: ProviderContext;
}

type Build = (target: TemplateTarget) => Promise<void>;

/** Whether the finished template is there. */
export async function hasTemplate({ session, names }: MysqlTemplatePlace): Promise<boolean> {
  const entry = (await findDatabases(session, [names.template])).get(names.template);
  requireOurs(entry);
  return entry?.marker?.kind === 'template';
}

/** Builds the template, or waits for whoever does. */
export async function makeTemplate(place: MysqlTemplatePlace, work: Build): Promise<'hit' | 'built'> {
  const { session, names, context } = place;
  const began = Date.now();
  let told = false;
  if (await hasTemplate(place)) return 'hit';
  while (!(await session.tryLock(buildLock(names.template)))) {
    if (await hasTemplate(place)) return 'hit';
    if (!told && Date.now() - began > 2000) {
      told = true;
      context.report(`waiting for another run that builds the template ${names.template}`);
    }
    await delay(20 + Math.random() * 30);
  }
  try {
    if (await hasTemplate(place)) return 'hit';
    await build(place, work);
    return 'built';
  } finally {
    if (!session.lost()) await session.unlock(buildLock(names.template));
  }
}

/** Databases cannot be renamed: it is the marker that says when the template is complete. */
async function build({ server, session, names, context }: MysqlTemplatePlace, work: Build): Promise<void> {
  const { template, fingerprint } = names;
  const marker = (kind: 'building' | 'template'): MysqlMarker => markerOf({ kind, project: context.projectKey, fingerprint });
  for (const leftover of (await findDatabases(session, [template])).values()) await dropDatabase(session, leftover);
  await createDatabase(session, template, marker('building'));
  const target = openMysqlTarget(server, template);
  try {
    await work(target);
    await disableEvents(session, template);
  } catch (error) {
    await target.close();
    // The build's own error matters more than one of tidying up after it: the next build drops what is left.
    await session.query('dropping an unfinished template', `DROP DATABASE ${quoteName(template)}`).catch(() => undefined);
    throw error;
  }
  await target.close();
  await mark(session, template, marker('template'));
}

/** An event would change the template behind everybody's back; clones have it disabled, too. */
async function disableEvents(session: MysqlSession, database: string): Promise<void> {
  const events = await session.query(
    'looking for events',
    'SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?',
    [database],
  );
  for (const { name } of events)
    await session.query('disabling an event', `ALTER EVENT ${quoteName(database)}.${quoteName(String(name))} DISABLE`);
}
