import { createError } from '../errors';
import { mysqlDialect } from '../sandbox/dialects/mysql';
import { createDatabaseNames, type DatabaseNames } from './database-name';
import { mysqlAdapters } from './mysql-adapter';
import { createDatabase, dropDatabase, findDatabases, markerOf, quoteName } from './mysql-catalog';
import { loadMysqlDriver } from './mysql-driver';
import { removeOldTemplates, removeUnused, slotLock, takeSlot, type Owner } from './mysql-removal';
import { openMysqlSession, type MysqlServer, type MysqlSession } from './mysql-session';
import { readStructure, replay, type MysqlStructure } from './mysql-structure';
import { hasTemplate, makeTemplate, type MysqlTemplatePlace } from './mysql-template';
import { parseMysqlUrl } from './mysql-url';
import type { Provider, ProviderContext, TemplateTarget, WorkerDatabase } from './provider';

type Build = (target: TemplateTarget) => Promise<void>;

/** Names take at most so many characters on the server. */
const maxNameLength = 64;

/**
 * MySQL 8 or MariaDB 10.6, or newer. Templates and worker databases are databases of their own beside the one that the
 * URL names, which is never touched. One connection per process holds the locks: the server frees them when it ends.
 */
export function createMysqlProvider(context: ProviderContext): Provider {
  const url = parseMysqlUrl(context.url ?? missingUrl());
  // Some servers know no upper case in names.
  const base = (url.database ?? context.projectKey).toLowerCase();
  const namesOf = (fingerprint: string): DatabaseNames => createDatabaseNames(base, fingerprint, maxNameLength);
  const owner: Owner = { project: context.projectKey, base: namesOf('x').base };
  const server = (): MysqlServer => ({ driver: loadMysqlDriver(context.resolveFrom), url });

  const structures = new Map<string, MysqlStructure>();
  const ensured = new Map<string, Promise<'hit' | 'built'>>();
  const builds = new Map<string, Build>();
  let keeper: Promise<MysqlSession> | undefined;
  let leases = 0;
  let cloning: Promise<void> = Promise.resolve();
  let closed = false;

  const open = async (): Promise<MysqlSession> => {
    const session = await openMysqlSession(server());
    const own = url.database === undefined ? undefined : (await findDatabases(session, [url.database])).get(url.database);
    if (!own?.marker) return session;
    await session.close();
    throw namesTestDatabase(own.name, own.marker.kind);
  };
  const getKeeper = async (): Promise<MysqlSession> => {
    closed = false;
    if ((await keeper?.catch(() => undefined))?.lost()) keeper = undefined;
    keeper ??= open();
    keeper.catch(() => (keeper = undefined));
    return keeper;
  };
  const inShortSession = async <T>(work: (session: MysqlSession) => Promise<T>): Promise<T> => {
    const session = await open();
    return work(session).finally(() => session.close());
  };
  const closeIfIdle = async (): Promise<void> => {
    if (!closed || leases > 0) return;
    const idle = keeper;
    keeper = undefined;
    await (await idle?.catch(() => undefined))?.close();
  };

  const placeOf = async (fingerprint: string): Promise<MysqlTemplatePlace> => {
    const session = await getKeeper();
    return { server: server(), session, names: namesOf(fingerprint), context };
  };

  const ensure = async (fingerprint: string, work: Build): Promise<'hit' | 'built'> => {
    const place = await placeOf(fingerprint);
    const result = await makeTemplate(place, work);
    if (result === 'hit') return result;
    structures.delete(place.names.template);
    const old = await inShortSession((session) => removeOldTemplates(session, owner, place.names.template));
    if (old.length > 0) context.report(`removed older test databases: ${old.join(', ')}`);
    return result;
  };

  /** Makes a worker database new: from the template, or from another worker database of the same structure. */
  const cloneNow = async (session: MysqlSession, names: DatabaseNames, name: string, source = names.template): Promise<void> => {
    for (const leftover of (await findDatabases(session, [name])).values()) await dropDatabase(session, leftover);
    const known = source === names.template ? structures.get(source) : undefined;
    const structure = known ?? (await readStructure(session, source));
    if (source === names.template) structures.set(source, structure);
    await createDatabase(
      session,
      name,
      markerOf({ kind: 'worker', project: context.projectKey, fingerprint: names.fingerprint }),
      structure.collation,
    );
    await replay(session, structure, source, name);
  };

  /** One after the other: which database a session is in belongs to all that share it. */
  const clone = (...given: Parameters<typeof cloneNow>): Promise<void> => {
    const result = cloning.then(() => cloneNow(...given));
    cloning = result.catch(() => undefined);
    return result;
  };

  const provider: Provider = {
    name: 'mysql',
    dialect: mysqlDialect,
    adapters: mysqlAdapters,
    version: async () => (await getKeeper()).version,

    async ensureTemplate(fingerprint, work) {
      builds.set(fingerprint, work);
      const running = ensured.get(fingerprint) ?? ensure(fingerprint, work);
      ensured.set(fingerprint, running);
      return running.finally(() => ensured.delete(fingerprint));
    },

    async lease(fingerprint): Promise<WorkerDatabase> {
      const place = await placeOf(fingerprint);
      const { session, names } = place;
      let name = await takeSlot(session, names, () => hasTemplate(place));
      // Somebody removed it between its making and this lease.
      for (let attempt = 1; name === undefined; attempt++) {
        const work = builds.get(fingerprint);
        if (!work || attempt > 3) throw missingTemplate(names.template);
        await provider.ensureTemplate(fingerprint, work);
        name = await takeSlot(session, names, () => hasTemplate(place));
      }
      const taken = name;
      const free = async (): Promise<void> => {
        if (!session.lost()) await session.unlock(slotLock(taken));
        leases--;
        await closeIfIdle();
      };
      leases++;
      await clone(session, names, taken).catch(async (error: unknown) => {
        await free().catch(() => undefined);
        throw error;
      });
      const check = (): void => {
        const lost = session.lost();
        if (lost) throw lost;
      };
      let released = false;
      return {
        url: url.withDatabase(taken),
        name: taken,
        check,
        async renew(source) {
          check();
          await clone(session, names, taken, source === undefined ? undefined : parseMysqlUrl(source).database);
        },
        async release() {
          if (released) return;
          released = true;
          try {
            if (!session.lost()) for (const entry of (await findDatabases(session, [taken])).values()) await dropDatabase(session, entry);
          } finally {
            await free();
          }
        },
      };
    },

    clean: () => inShortSession((session) => removeUnused(session, owner)),

    async close() {
      closed = true;
      await closeIfIdle();
    },
  };
  return provider;
}

function namesTestDatabase(name: string, kind: string): Error {
  return createError({
    code: 'PRISMA_TEST_MYSQL_URL_IS_TEST_DATABASE',
    message: `The database URL names ${quoteName(name)}, which is a database of this package itself (${kind}).`,
    cure: "name the app's own database in DATABASE_URL (or `url`): test databases are made beside it, under names of their own",
  });
}

function missingTemplate(template: string): Error {
  return createError({
    code: 'PRISMA_TEST_MYSQL_TEMPLATE_MISSING',
    message: `The template database ${quoteName(template)} is not there any more.`,
    cure: 'run the tests again: it is built anew',
  });
}

function missingUrl(): never {
  throw createError({
    code: 'PRISMA_TEST_MYSQL_URL_MISSING',
    message: 'The datasource is MySQL, but no URL is set for it.',
    cure: 'name a server in .env.test:   DATABASE_URL="mysql://root:secret@127.0.0.1:3306/app"',
  });
}
