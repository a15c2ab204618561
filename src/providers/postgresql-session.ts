import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createError } from '../errors';
import type { PgClient, PgDriver, PgRow } from './postgresql-driver';
import { codeOf, explainPostgresqlError, passing, pooler } from './postgresql-errors';
import { createIdleClientClass } from './postgresql-idle-client';
import type { PostgresqlUrl } from './postgresql-url';

/** A session on the server for locks and for making databases. Its socket keeps no process alive while it is idle. */
export interface AdminSession {
  /** The database in which the locks are taken: locks of two databases do not see each other. */
  readonly lobby: string;
  /** `150018` for 15.18. */
  readonly versionNumber: number;
  readonly user: string;
  /** Why the session is gone, if it is. With it went all its locks. */
  lost(): Error | undefined;
  /** Runs one statement; `doing` ends the sentence of an error: `creating a database`. */
  query(doing: string, sql: string, values?: readonly unknown[]): Promise<readonly PgRow[]>;
  /** Takes an advisory lock if it is free. The same session may take a lock several times: callers keep count. */
  tryLock(name: string, kind?: 'exclusive' | 'shared'): Promise<boolean>;
  unlock(name: string, kind?: 'exclusive' | 'shared'): Promise<void>;
  close(): Promise<void>;
}

/** Everything that a session needs to be opened. */
export interface Server {
  readonly driver: PgDriver;
  readonly url: PostgresqlUrl;
}

/** How long a server that starts, or has no connection left, is waited for. */
const patience = 5000;

/**
 * Opens a session in the server's lobby: the database `postgres`, or, where there is none for this role, the one that
 * the URL names. The rule depends on server, role and base name alone, so runs that could want the same names meet.
 */
export async function openSession(server: Server): Promise<AdminSession> {
  const { url } = server;
  const candidates = [...new Set(['postgres', url.database ?? 'postgres'])];
  for (const lobby of candidates) {
    const isLast = lobby === candidates.at(-1);
    try {
      return await setUp(await connect(server, lobby), server, lobby);
    } catch (error) {
      if (isLast || !isClosedDoor(error)) throw explainPostgresqlError(error, { url, doing: 'connecting' });
    }
  }
  throw new Error('unreachable');
}

/** The name's hash as a PostgreSQL `bigint`: the key of its advisory lock, the same for all runs and machines. */
export function lockKey(name: string): string {
  return createHash('sha256').update(`jest-environment-prisma ${name}`).digest().readBigInt64BE(0).toString();
}

/** No such database, no right to connect, or no line for it in pg_hba.conf. */
function isClosedDoor(error: unknown): boolean {
  const message = (error as { message?: unknown } | null)?.message;
  return ['3D000', '42501', '55000'].includes(codeOf(error) ?? '') || /no pg_hba\.conf entry/.test(String(message));
}

async function connect({ driver, url }: Server, database: string): Promise<PgClient> {
  const deadline = Date.now() + patience;
  for (;;) {
    const client = new (createIdleClientClass(driver))({
      connectionString: url.withDatabase(database),
      application_name: 'jest-environment-prisma',
      keepAlive: true,
      connectionTimeoutMillis: 15_000,
    });
    // A failed `connect()` rejects and emits; without a listener the second would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      if (!passing.has(codeOf(error) ?? '') || Date.now() > deadline) throw error;
      await delay(100 + Math.random() * 200);
    }
  }
}

/** Settings of a role or database that would end a session that waits, and how a vanished client is noticed. */
const settle = `
SELECT version() AS text, current_setting('server_version_num')::int AS number, pg_backend_pid() AS pid, current_user::text AS "user",
  set_config('tcp_keepalives_idle', '60', false), set_config('tcp_keepalives_interval', '10', false),
  set_config('tcp_keepalives_count', '3', false), set_config('synchronous_commit', 'off', false),
  (SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name IN
    ('statement_timeout', 'lock_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'))`;

async function setUp(client: PgClient, server: Server, lobby: string): Promise<AdminSession> {
  const { url } = server;
  let lostBecause: Error | undefined;
  let closing = false;
  const lose = (cause: unknown): void => {
    if (!closing) lostBecause ??= explainPostgresqlError(cause, { url, doing: 'holding the locks of the test databases' });
  };
  client.on('error', lose);
  client.on('end', () => lose(new Error('Connection terminated unexpectedly')));
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: the driver keeps a queue of its own, but says that it will not for ever.
  const run = (sql: string, values?: readonly unknown[]): Promise<readonly PgRow[]> => {
    const result = last.then(async () => (await client.query(sql, values)).rows);
    last = result.catch(() => undefined);
    return result;
  };
  const close = async (): Promise<void> => {
    closing = true;
    // The server takes a moment to notice that a client has gone; whoever comes next should not have to wait for it.
    if (!lostBecause) await run('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await client.end().catch(() => undefined);
  };

  const [first] = await run(settle).catch(async (error: unknown) => {
    // A server of another kind may know the protocol, but not the question.
    const text = String((await run('SELECT version() AS text').catch(() => []))[0]?.['text'] ?? '');
    await close();
    throw /^PostgreSQL/.test(text) || text === '' ? error : otherServer(text);
  });
  const versionNumber = Number(first?.['number']);
  const text = String(first?.['text']);
  const pid = Number(first?.['pid']);
  const wrong = !/^PostgreSQL/.test(text)
    ? otherServer(text)
    : versionNumber < 130_000
      ? tooOld(text)
      : client.processID !== pid && (url.saysPooler || (await isShared(server, lobby, pid)))
        ? createError(pooler(url.server))
        : undefined;
  if (wrong) {
    await close();
    throw wrong;
  }

  const lock = async (verb: string, name: string, kind: 'exclusive' | 'shared' = 'exclusive'): Promise<boolean> => {
    const suffix = kind === 'shared' ? '_shared' : '';
    const [row] = await session.query('locking a test database', `SELECT pg_${verb}${suffix}($1::bigint) AS done`, [lockKey(name)]);
    return row?.['done'] === true;
  };
  const session: AdminSession = {
    lobby,
    versionNumber,
    user: String(first?.['user']),
    lost: () => lostBecause,
    async query(doing, sql, values) {
      if (lostBecause) throw lostBecause;
      try {
        return await run(sql, values);
      } catch (error) {
        const facts = codeOf(error) === '53300' ? await connectionFigures(run) : undefined;
        throw explainPostgresqlError(error, { url, doing, ...(facts && { facts }) });
      }
    },
    tryLock: (name, kind) => lock('try_advisory_lock', name, kind),
    unlock: async (name, kind) => void (await lock('advisory_unlock', name, kind)),
    close,
  };
  return session;
}

/**
 * Behind a pooler the announced process id is not the backend's. That alone does no harm: a session that stays with its
 * client can hold locks. If a second client is given the very same backend, it does not stay.
 */
async function isShared(server: Server, lobby: string, pid: number): Promise<boolean> {
  const second = await connect(server, lobby);
  try {
    await second.query('BEGIN');
    const { rows } = await second.query('SELECT pg_backend_pid() AS pid');
    return Number(rows[0]?.['pid']) === pid;
  } finally {
    await second.end().catch(() => undefined);
  }
}

async function connectionFigures(run: (sql: string) => Promise<readonly PgRow[]>): Promise<Record<string, string>> {
  const rows = await run(`SELECT current_setting('max_connections') AS most, count(*)::text AS used,
    count(*) FILTER (WHERE application_name LIKE 'jest-environment-prisma%')::text AS ours FROM pg_stat_activity WHERE backend_type = 'client backend'`).catch(() => []);
  const { most, used, ours } = rows[0] ?? {};
  return { connections: `${used} in use of max_connections = ${most}, ${ours} of them hold leases` };
}

function tooOld(text: string): Error {
  return createError({
    code: 'PRISMA_TEST_SERVER_TOO_OLD',
    message: `PostgreSQL 13 or newer is needed, and the server says ${text.split(' ').slice(0, 2).join(' ')}.`,
    cure: "use a newer server, or the embedded one: testEnvironmentOptions: { url: 'embedded' }",
  });
}

function otherServer(text: string): Error {
  return createError({
    code: 'PRISMA_TEST_SERVER_UNKNOWN',
    message: `The server speaks PostgreSQL's protocol, but is not PostgreSQL: ${text.slice(0, 60)}.`,
    cure: "test against PostgreSQL itself: testEnvironmentOptions: { url: 'embedded' } starts one",
  });
}
