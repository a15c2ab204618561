import type { Session, SessionDatabase } from '../session';
import { loadClient } from './load-client';
import type { ModuleLoader } from './module-loader';

/** A database of the test environment, as `prismaTest.databases.NAME` gives it. */
export interface TestDatabaseHandle<Client = unknown> {
  readonly name: string;
  /** URL of this worker's own database. */
  readonly url: string;
  /** The app's client, or one of the generated client. Made when it is first asked for. */
  readonly client: Client;
}

/** Defines `prisma` and `prismaTest`. Clients are made on demand: a file that uses none loads none. */
export function installGlobals(session: Session, loader: ModuleLoader): void {
  const handles = Object.fromEntries(Object.values(session.databases).map((database) => [database.name, handleOf(database, loader)]));
  const first = handles['default'];
  Object.defineProperty(globalThis, 'prismaTest', {
    configurable: true,
    value: Object.freeze({
      databases: Object.freeze(handles),
      get url() {
        return first?.url;
      },
      get lostWrites() {
        return session.lostWrites();
      },
      isolate: (mode: Parameters<Session['isolate']>[0]) => session.isolate(mode),
    }),
  });
  Object.defineProperty(globalThis, 'prisma', {
    configurable: true,
    // Jest reads every enumerable global when a file ends: that would make a client for each file that uses none.
    enumerable: false,
    get: () => first?.client,
    // Apps keep their singleton there (`globalThis.prisma ??= …`); it is theirs from then on.
    set(value: unknown) {
      Object.defineProperty(globalThis, 'prisma', { configurable: true, enumerable: true, writable: true, value });
    },
  });
}

function handleOf(database: SessionDatabase, loader: ModuleLoader): TestDatabaseHandle {
  let client: unknown;
  let making = false;
  return {
    name: database.name,
    get url() {
      return database.url;
    },
    get client() {
      // While the app's module is loaded it may look for a client on the global: there is none yet.
      if (client !== undefined || making || (database.appClient && loader.isLoading(database.appClient.module))) return client;
      making = true;
      try {
        client = loadClient(database, loader);
      } finally {
        making = false;
      }
      return client;
    },
  };
}
