import { unanswered, withIdleSocket } from './mysql-idle-socket';
import { parseMysqlUrl } from './mysql-url';
import type { AdapterPackage } from './provider';

/** Settings of the driver that say where to connect, or how many connections a pool keeps. */
const place = new Set([
  'host',
  'port',
  'user',
  'password',
  'database',
  'socketPath',
  'stream',
  'minimumIdle',
  'idleTimeout',
  'logger',
  'debug',
]);

/** More connections than this are of no use to one test; the sandbox needs a single one. */
const mostConnections = 5;

/** `@prisma/adapter-mariadb`, Prisma's way to MySQL and MariaDB. Its options are private: they are recorded when it is made. */
export const mysqlAdapters: readonly AdapterPackage[] = [
  {
    name: '@prisma/adapter-mariadb',
    exportName: 'PrismaMariaDb',
    argumentsFor(url, appArguments) {
      const [first, options] = appArguments ?? [];
      const app = settingsOf(first);
      const { config: target, database } = parseMysqlUrl(url);
      const isSameServer = app['host'] === undefined || (app['host'] === target['host'] && Number(app['port'] ?? 3306) === target['port']);
      // Certificates are good for one host only.
      const kept = Object.entries(app).filter(
        ([name, value]) => value !== undefined && !place.has(name) && (name !== 'ssl' || isSameServer),
      );
      const config = withIdleSocket(
        {
          prepareCacheLength: 0,
          ...Object.fromEntries(kept),
          ...target,
          database,
          connectionLimit: Math.min(Number(app['connectionLimit'] ?? mostConnections), mostConnections),
          minimumIdle: 1,
          // Its timer would keep a finished worker from ending.
          idleTimeout: 0,
        },
        unanswered,
      );
      // With `database`, Prisma would write it before every table, and the same statements could not reach a clone.
      const { database: _database, ...reading } = (options ?? {}) as Record<string, unknown>;
      return [config, { ...reading, disposeExternalPool: false }];
    },
  },
];

/** What the app gave: a URL, settings, or a pool, which does not tell its settings. */
function settingsOf(config: unknown): Readonly<Record<string, unknown>> {
  if (typeof config === 'string') {
    try {
      return parseMysqlUrl(config).config;
    } catch {
      return {};
    }
  }
  if (typeof config !== 'object' || config === null || 'getConnection' in config) return {};
  return config as Readonly<Record<string, unknown>>;
}
