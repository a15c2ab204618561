import { createError } from '../errors';
import { connect, type Server } from './postgresql-connect';
import type { PgClient, PgRow } from './postgresql-driver';
import { pooler } from './postgresql-errors';

/** What a session must know of its server. */
export interface AboutServer {
  /** `150018` for 15.18. */
  readonly versionNumber: number;
  readonly user: string;
}

/** Settings of a role or database that would end a session that waits, and how a vanished client is noticed. */
const settle = `
SELECT version() AS text, current_setting('server_version_num')::int AS number, pg_backend_pid() AS pid, current_user::text AS "user",
  set_config('tcp_keepalives_idle', '60', false), set_config('tcp_keepalives_interval', '10', false),
  set_config('tcp_keepalives_count', '3', false), set_config('synchronous_commit', 'off', false),
  (SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name IN
    ('statement_timeout', 'lock_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'))`;

/** Prepares a new connection for long waits, and rejects if the server is not one that can hold test databases. */
export async function inspectServer(client: PgClient, server: Server, lobby: string): Promise<AboutServer> {
  const row = await askServer(client);
  const text = String(row['text']);
  const versionNumber = Number(row['number']);
  if (!text.startsWith('PostgreSQL')) throw otherServer(text);
  if (versionNumber < 130_000) throw tooOld(text);
  const pid = Number(row['pid']);
  if (client.processID !== pid && (server.url.saysPooler || (await isShared(server, lobby, pid))))
    throw createError(pooler(server.url.server));
  return { versionNumber, user: String(row['user']) };
}

async function askServer(client: PgClient): Promise<PgRow> {
  try {
    return (await client.query(settle)).rows[0] ?? {};
  } catch (error) {
    // A server of another kind may know the protocol, but not the question.
    const { rows } = await client.query('SELECT version() AS text').catch(() => Promise.reject(error as Error));
    if (String(rows[0]?.['text']).startsWith('PostgreSQL')) throw error;
    return rows[0] ?? {};
  }
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

/** How many connections there are, for the error that says that there are too many. */
export async function connectionFigures(client: PgClient): Promise<Record<string, string>> {
  const { rows } = await client.query(`SELECT current_setting('max_connections') AS most, count(*)::text AS used,
    count(*) FILTER (WHERE application_name LIKE 'jest-environment-prisma%')::text AS ours FROM pg_stat_activity WHERE backend_type = 'client backend'`);
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
