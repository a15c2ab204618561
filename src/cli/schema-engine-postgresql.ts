import { randomUUID } from 'node:crypto';
import { bindFactory, engineError, requireFirst } from './schema-engine-packages';
import type { EngineDatabase, EnginePlace } from './schema-engine-packages';

/** A connection of the driver adapter, as far as it is changed here. */
interface Connection {
  queryRaw(query: object): Promise<{ columnTypes: number[] }>;
  executeScript(script: string): Promise<unknown>;
  dispose(): Promise<void>;
}

interface Factory {
  readonly provider: string;
  readonly adapterName: string;
  connect(): Promise<Connection>;
}

interface Queryable {
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rowCount: number | null }>;
  end(): Promise<void>;
}

/** The part of the driver `pg` that is used. */
interface Pg {
  readonly Client: new (config: { connectionString: string }) => Queryable & { connect(): Promise<void> };
  readonly Pool: new (config: { connectionString: string; max: number }) => Queryable & {
    on(event: 'connect', listener: (client: { readonly connection: NodeJS.EventEmitter }) => void): void;
  };
}

/** PostgreSQL's types: `"char"`, of which the adapter knows nothing, and the one that it reads it as. */
const charType = 18;
const textType = 25;

/** What the adapter protocol calls a single character: the engine insists on it where the catalog has a `"char"`. */
const characterColumn = 6;

/** Prisma's codes for what PostgreSQL and the socket say when there is no connection. */
const connectionErrors: Readonly<Record<string, string>> = {
  '3D000': 'P1003',
  '28P01': 'P1000',
  '28000': 'P1000',
  ECONNREFUSED: 'P1001',
  ENOTFOUND: 'P1001',
  ETIMEDOUT: 'P1001',
};

/** A PostgreSQL database. The driver is the one that the project's `@prisma/adapter-pg` uses. */
export function postgresqlDatabase(url: URL, place: EnginePlace): EngineDatabase {
  const { exports, beside } = requireFirst(place, ['@prisma/adapter-pg']);
  const { PrismaPg } = exports as { PrismaPg: new (pool: object, options: object) => Factory };
  const { Client, Pool } = beside('pg') as Pg;
  const name = decodeURIComponent(url.pathname.slice(1)) || 'postgres';
  const schema = url.searchParams.get('schema') || 'public';

  const factoryOf = (database: string, dispose?: () => Promise<void>): Factory => {
    const pool = new Pool({ connectionString: urlOf(url, database), max: 1 });
    // One connection and one query at a time: these are the columns of the last one.
    let characters: readonly number[] = [];
    pool.on('connect', ({ connection }) => {
      connection.prependListener('rowDescription', ({ fields }: { fields: { dataTypeID: number }[] }) => {
        characters = fields.flatMap(({ dataTypeID }, index) => (dataTypeID === charType ? [index] : []));
        for (const index of characters) Object.assign(fields[index] ?? {}, { dataTypeID: textType });
      });
    });
    const factory = new PrismaPg(pool, { schema, disposeExternalPool: true });
    return {
      provider: factory.provider,
      adapterName: factory.adapterName,
      async connect() {
        const connection = await factory.connect();
        const close = connection.dispose.bind(connection);
        const query = connection.queryRaw.bind(connection);
        return Object.assign(connection, {
          async queryRaw(sql: object) {
            characters = [];
            const result = await query(sql);
            for (const index of characters) result.columnTypes[index] = characterColumn;
            return result;
          },
          // The adapter's own splits at every semicolon, those in strings and function bodies too.
          executeScript: async (script: string): Promise<void> => {
            await pool.query(script);
          },
          dispose: async (): Promise<void> => {
            await close();
            await dispose?.();
          },
        });
      },
    };
  };
  const asAdmin = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: urlOf(url, name === 'postgres' ? 'template1' : 'postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  return {
    adapterFactory() {
      const connectToShadowDb = async (): Promise<Connection> => {
        const shadow = `prisma_migrate_shadow_db_${randomUUID()}`;
        await asAdmin(`CREATE DATABASE "${shadow}"`);
        return factoryOf(shadow, () => asAdmin(`DROP DATABASE IF EXISTS "${shadow}"`)).connect();
      };
      return bindFactory({ ...factoryOf(name), connectToShadowDb }, beside);
    },
    async checkConnection() {
      const client = new Client({ connectionString: urlOf(url, name) });
      try {
        await client.connect();
      } catch (error) {
        const { code = '', message } = error as { code?: string; message: string };
        throw engineError(connectionErrors[code] ?? 'P1011', connectionMessage(code, message, name, url));
      }
      await client.end();
    },
    async create() {
      await asAdmin(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
      return name;
    },
  };
}

/** The URL with another database and without Prisma's own parameters, of which the driver knows nothing. */
function urlOf(url: URL, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  for (const parameter of ['schema', 'connection_limit', 'pool_timeout', 'connect_timeout', 'pgbouncer']) {
    changed.searchParams.delete(parameter);
  }
  const schema = url.searchParams.get('schema');
  if (schema) {
    // The engine names tables of this schema without it, as the native one does on a connection that knows it.
    const quoted = `"${schema.replaceAll('"', '""')}"`.replace(/[\\ ]/g, String.raw`\$&`);
    changed.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c search_path=${quoted}`.trim());
  }
  return changed.href;
}

function connectionMessage(code: string, message: string, name: string, url: URL): string {
  if (code === '3D000') return `Database \`${name}\` does not exist`;
  if (connectionErrors[code] === 'P1001') return `Can't reach database server at \`${url.host}\``;
  return message;
}
