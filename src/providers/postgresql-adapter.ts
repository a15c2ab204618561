import { createIdleClientClass } from './postgresql-idle-client';
import type { PgDriver } from './postgresql-driver';
import { parsePostgresqlUrl } from './postgresql-url';
import type { AdapterPackage } from './provider';

/** What the adapter needs of the provider that it belongs to. */
export interface AdapterHost {
  /** Whether the server knows TLS. */
  readonly hasTls: boolean;
  /** Loaded when the first adapter is made. */
  driver(): PgDriver;
}

/** A `pg.Pool` that has made no client yet. */
interface PoolOfClients {
  Client: PgDriver['Client'];
  readonly options: { allowExitOnIdle?: boolean };
}

/** Settings of a `pg.PoolConfig` that say where to connect: the worker database's URL says it instead. */
const place = new Set([
  'connectionString',
  'host',
  'port',
  'user',
  'password',
  'database',
  'Client',
  'stream',
  'min',
  'log',
  'Promise',
  'verify',
]);

/** More connections than this are of no use to one test; the sandbox needs a single one, and a pool opens no more than are used. */
const mostConnections = 5;

/** `@prisma/adapter-pg`, Prisma's way to PostgreSQL. */
export function createPostgresqlAdapters(host: AdapterHost): readonly AdapterPackage[] {
  return [
    {
      name: '@prisma/adapter-pg',
      exportName: 'PrismaPg',
      argumentsFor(url, appArguments) {
        const [first, options] = appArguments ?? [];
        const settings = settingsOf(first);
        const config = {
          ...keptSettings(settings, host.hasTls && leadsTo(settings, url)),
          connectionString: url,
          max: Math.min(Number(settings['max'] ?? mostConnections), mostConnections),
          allowExitOnIdle: true,
          Client: createIdleClientClass(host.driver()),
        };
        return options === undefined ? [config] : [config, options];
      },
      readArguments(factory) {
        const { config, options } = factory as { config?: unknown; options?: unknown };
        return typeof config === 'object' && config !== null ? [config, options] : undefined;
      },
      adopt(adapter) {
        const pool = (adapter as { underlyingDriver?(): Partial<PoolOfClients> }).underlyingDriver?.();
        if (!pool?.Client || !pool.options) return;
        pool.Client = createIdleClientClass({ Client: pool.Client });
        pool.options.allowExitOnIdle = true;
      },
    },
  ];
}

/** A string is nothing but a place; a pool (of whichever realm) has its settings in `options`. */
function settingsOf(config: unknown): Readonly<Record<string, unknown>> {
  if (typeof config === 'string') return { connectionString: config };
  if (typeof config !== 'object' || config === null) return {};
  const own = config as Readonly<Record<string, unknown>>;
  const isPool = typeof own['query'] === 'function' && typeof own['options'] === 'object' && own['options'] !== null;
  return isPool ? (own['options'] as Readonly<Record<string, unknown>>) : own;
}

/** What the app sets beyond the place: `types`, `application_name`, `options`, `statement_timeout`, … */
function keptSettings(settings: Readonly<Record<string, unknown>>, keepTls: boolean): Record<string, unknown> {
  // Only own and defined ones: a pool's options carry `undefined` for what was not given.
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => value !== undefined && !place.has(name) && (name !== 'ssl' || keepTls)),
  );
}

/** Whether the app's own settings name the server of a URL: certificates are good for one host only. */
function leadsTo(settings: Readonly<Record<string, unknown>>, url: string): boolean {
  const text = settings['connectionString'];
  try {
    const own = typeof text === 'string' ? parsePostgresqlUrl(text).server : [settings['host'], settings['port'] ?? 5432].join(':');
    return own === parsePostgresqlUrl(url).server;
  } catch {
    return false;
  }
}
