import { createError } from '../errors';
import { postgresqlDialect } from '../sandbox/dialects/postgresql';
import { createDatabaseNames, type DatabaseNames } from './database-name';
import { createPostgresqlAdapters } from './postgresql-adapter';
import type { PgDriver } from './postgresql-driver';
import { takeSlot } from './postgresql-lease';
import { removeOldTemplates, removeUnused } from './postgresql-removal';
import type { Server } from './postgresql-connect';
import type { AdminSession } from './postgresql-session';
import { hasTemplate, holdTemplate, makeTemplate, type TemplatePlace } from './postgresql-template';
import { parsePostgresqlUrl } from './postgresql-url';
import type { Provider, ProviderContext, TemplateTarget, WorkerDatabase } from './provider';

type Build = (target: TemplateTarget) => Promise<void>;

/** The one session of a process that holds its locks, and what hangs on it. */
interface Keeper {
  readonly session: AdminSession;
  readonly server: Server;
  /** Worker databases that it holds. */
  readonly held: Set<string>;
  /** Templates that it keeps from being removed. */
  readonly templates: Set<string>;
  leases: number;
}

/** How a kind of PostgreSQL server is reached. */
export interface PostgresqlHost {
  /** What the names of the databases begin with. */
  readonly base: string;
  /** Whether it knows TLS; the embedded one does not, whatever the app asks for. */
  readonly hasTls: boolean;
  driver(): PgDriver;
  /** Opens a session; starts the server where that is ours to do. */
  open(): Promise<{ readonly session: AdminSession; readonly server: Server }>;
}

/**
 * The provider of a server of either kind. Templates and worker databases are databases of their own beside the one that
 * the URL names, which is never touched. One connection per process holds the locks: the server frees them when it ends.
 */
export function createProviderOn(host: PostgresqlHost, context: ProviderContext): Provider {
  let keeper: Keeper | undefined;
  let opening: Promise<Keeper> | undefined;
  let closed = false;
  const ensured = new Map<string, Promise<'hit' | 'built'>>();
  const builds = new Map<string, Build>();

  const getKeeper = (): Promise<Keeper> => {
    if (keeper && !keeper.session.lost()) return Promise.resolve(keeper);
    opening ??= openKeeper().finally(() => (opening = undefined));
    return opening;
  };

  const openKeeper = async (): Promise<Keeper> => {
    closed = false;
    keeper = { ...(await host.open()), held: new Set(), templates: new Set(), leases: 0 };
    return keeper;
  };

  const placeOf = async (fingerprint: string): Promise<TemplatePlace & { readonly keeper: Keeper }> => {
    const open = await getKeeper();
    const names: DatabaseNames = createDatabaseNames(host.base, fingerprint);
    const place = { server: open.server, session: open.session, names, context, keeper: open };
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
    const { session } = await host.open();
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
    adapters: createPostgresqlAdapters(host),

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
        url: place.server.url.withDatabase(slot.database),
        name: slot.database,
        check,
        async renew(source) {
          check();
          await slot.recreate(source === undefined ? undefined : parsePostgresqlUrl(source).database);
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

    clean: () => inShortSession((session) => removeUnused(session, ownerOf(createDatabaseNames(host.base, 'x')))),

    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      if (keeper) await closeIfIdle(keeper);
    },
  };
  return provider;
}

function missingTemplate(template: string): Error {
  return createError({
    code: 'PRISMA_TEST_TEMPLATE_MISSING',
    message: `The template database "${template}" is not there any more.`,
    cure: 'run the tests again: it is built anew',
  });
}
