import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createError } from '../errors';
import type { MysqlConnection, MysqlDriver, MysqlRow } from './mysql-driver';
import { errnoOf, explainMysqlError } from './mysql-errors';
import { withIdleSocket } from './mysql-idle-socket';
import type { MysqlUrl } from './mysql-url';

/** A session on the server for locks and for making databases. It keeps no process alive while it is idle. */
export interface MysqlSession {
  /** `mariadb 10.11.19` or `mysql 8.4.2`. */
  readonly version: string;
  /** Why the session is gone, if it is. With it went all its locks. */
  lost(): Error | undefined;
  /** Runs one statement, or several; `doing` ends the sentence of an error: `creating a database`. */
  query(doing: string, sql: string, values?: readonly unknown[]): Promise<readonly MysqlRow[]>;
  /** Takes a lock (`GET_LOCK`) if nobody has it, this session included. */
  tryLock(name: string): Promise<boolean>;
  /** The same, waiting for it. */
  lock(name: string): Promise<void>;
  unlock(name: string): Promise<void>;
  /** Which of the locks somebody holds. */
  heldLocks(names: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Everything that a connection needs to be opened. */
export interface MysqlServer {
  readonly driver: MysqlDriver;
  readonly url: MysqlUrl;
}

/** How long a server that has no connection left is waited for. Milliseconds. */
const patience = 5000;

/** Opens a connection; to no database where none is named. */
export async function connect({ driver, url }: MysqlServer, database?: string): Promise<MysqlConnection> {
  const deadline = Date.now() + patience;
  const config = {
    connectTimeout: 10_000,
    ...url.config,
    ...(database !== undefined && { database }),
    multipleStatements: true,
    keepAliveDelay: 60_000,
  };
  for (;;) {
    try {
      return await driver.createConnection(withIdleSocket(config));
    } catch (error) {
      if (errnoOf(error) !== 1040 || Date.now() > deadline) throw explainMysqlError(error, { url, doing: 'connecting' });
      await delay(100 + Math.random() * 200);
    }
  }
}

/** Own settings, whatever the server's are: names in backticks, zeros as they are, no end for being idle. */
const settle = `SET NAMES utf8mb4, SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', SESSION wait_timeout = 2147483, SESSION foreign_key_checks = 0, SESSION unique_checks = 0`;

/** Opens a session. */
export async function openMysqlSession(server: MysqlServer): Promise<MysqlSession> {
  const { url } = server;
  const connection = await connect(server);
  let lostBecause: Error | undefined;
  let closing = false;
  const held = new Set<string>();
  const lose = (cause: unknown): void => {
    if (!closing)
      lostBecause ??= explainMysqlError(cause ?? new Error('ECONNRESET'), { url, doing: 'holding the locks of the test databases' });
  };
  connection.on('error', lose);
  connection.on('end', lose);

  const query: MysqlSession['query'] = async (doing, sql, values) => {
    if (lostBecause) throw lostBecause;
    try {
      const result = await (values ? connection.query(sql, values) : connection.query(sql));
      return Array.isArray(result) ? (result as MysqlRow[]) : [];
    } catch (error) {
      throw explainMysqlError(error, { url, doing });
    }
  };
  const getLock = async (name: string, seconds: number): Promise<boolean> => {
    // The server would give a lock to its own session a second time.
    if (held.has(name)) return false;
    held.add(name);
    const [row] = await query('locking a test database', 'SELECT GET_LOCK(?, ?) AS done', [lockName(name), seconds]).catch(
      (error: unknown) => {
        held.delete(name);
        throw error;
      },
    );
    if (Number(row?.['done']) === 1) return true;
    held.delete(name);
    return false;
  };

  const [row] = await query('connecting', `${settle}; SELECT VERSION() AS version`)
    .then((results) => results.at(-1) as unknown as readonly MysqlRow[])
    .catch(async (error: unknown) => {
      await connection.end().catch(() => undefined);
      throw error;
    });
  const text = String(row?.['version']);
  const session: MysqlSession = {
    version: `${/mariadb/i.test(text) ? 'mariadb' : 'mysql'} ${/\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? text}`,
    lost: () => lostBecause,
    query,
    tryLock: (name) => getLock(name, 0),
    async lock(name) {
      while (!(await getLock(name, 1))) await delay(10);
    },
    async unlock(name) {
      if (!held.has(name)) return;
      await query('unlocking a test database', 'DO RELEASE_LOCK(?)', [lockName(name)]);
      held.delete(name);
    },
    async heldLocks(names) {
      if (names.length === 0) return [];
      const [states] = await query(
        'looking at locks',
        `SELECT ${names.map((_, index) => `IS_USED_LOCK(?) AS l${index}`).join(', ')}`,
        names.map(lockName),
      );
      return names.filter((_, index) => states?.[`l${index}`] !== null);
    },
    async close() {
      closing = true;
      if (lostBecause) connection.destroy();
      else await connection.end().catch(() => connection.destroy());
    },
  };
  if (isTooOld(session.version)) {
    await session.close();
    throw createError({
      code: 'PRISMA_TEST_MYSQL_TOO_OLD',
      message: `MySQL 8, or MariaDB 10.6, or newer is needed, and the server at ${url.server} is ${session.version}.`,
      cure: 'use a newer server for the tests: testEnvironmentOptions: { url: "mysql://…" }',
    });
  }
  return session;
}

/** Locks are the server's, shared by all its databases and users, and their names are short. */
function lockName(name: string): string {
  return `jep:${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
}

function isTooOld(version: string): boolean {
  const [, kind, major = 0, minor = 0] = /^(\w+) (\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return kind === 'mysql' ? Number(major) < 8 : Number(major) * 100 + Number(minor) < 1006;
}
