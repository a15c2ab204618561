import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bindFactory, engineError, requireFirst } from './schema-engine-packages';
import type { EngineDatabase, EnginePlace } from './schema-engine-packages';

/** A connection of the driver adapter, as far as it is changed here. */
interface Connection {
  queryRaw(query: object): Promise<object>;
}

interface Factory {
  connect(): Promise<Connection>;
  connectToShadowDb(): Promise<Connection>;
}

type AdapterFactoryClass = new (config: { url: string }) => Factory;

/** A SQLite file. */
export function sqliteDatabase(url: string, place: EnginePlace): EngineDatabase {
  const file = path.resolve(place.directory, url.slice('file:'.length).replace(/\?.*$/, ''));
  const name = path.basename(file);
  return {
    adapterFactory() {
      const { exports, beside } = requireFirst(place, ['@prisma/adapter-libsql', '@prisma/adapter-better-sqlite3']);
      const Factory = (exports['PrismaLibSql'] ?? exports['PrismaBetterSqlite3']) as AdapterFactoryClass;
      const factory = new Factory({ url: `file:${file}` });
      const open = [factory.connect.bind(factory), factory.connectToShadowDb.bind(factory)] as const;
      const connect = async (): Promise<Connection> => withoutMigrationsTable(await open[0]());
      const connectToShadowDb = async (): Promise<Connection> => withoutMigrationsTable(await open[1]());
      return bindFactory(Object.assign(factory, { connect, connectToShadowDb }), beside);
    },
    async checkConnection() {
      if (!existsSync(file)) throw engineError('P1003', `Database \`${name}\` does not exist`);
    },
    async create() {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '', { flag: 'a' });
      return name;
    },
  };
}

/**
 * The engine reads the table of migrations to see whether there is one, and takes SQLite's answer that there is none for
 * a failure. A table that is missing has no rows.
 */
function withoutMigrationsTable(connection: Connection): Connection {
  const query = connection.queryRaw.bind(connection);
  return Object.assign(connection, {
    queryRaw: (sql: object): Promise<object> =>
      query(sql).catch((error: { cause?: { message?: string; table?: string } }) => {
        const { message = '', table = /^SQLITE_ERROR: no such table: (.*)$/.exec(message)?.[1] } = error.cause ?? {};
        if (table === '_prisma_migrations') return { columnNames: [], columnTypes: [], rows: [] };
        throw error;
      }),
  });
}
