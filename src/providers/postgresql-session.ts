import { createHash } from 'node:crypto';
import { connect, type Server } from './postgresql-connect';
import type { PgClient, PgRow } from './postgresql-driver';
import { codeOf, explainPostgresqlError } from './postgresql-errors';
import { connectionFigures, inspectServer } from './postgresql-inspect';

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

  const about = await inspectServer(client, server, lobby).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  const lock = async (verb: string, name: string, kind: 'exclusive' | 'shared' = 'exclusive'): Promise<boolean> => {
    const suffix = kind === 'shared' ? '_shared' : '';
    const [row] = await session.query('locking a test database', `SELECT pg_${verb}${suffix}($1::bigint) AS done`, [lockKey(name)]);
    return row?.['done'] === true;
  };
  const session: AdminSession = {
    lobby,
    versionNumber: about.versionNumber,
    user: about.user,
    lost: () => lostBecause,
    async query(doing, sql, values) {
      if (lostBecause) throw lostBecause;
      try {
        return await run(sql, values);
      } catch (error) {
        const facts = codeOf(error) === '53300' ? await connectionFigures(client) : undefined;
        throw explainPostgresqlError(error, { url, doing, ...(facts && { facts }) });
      }
    },
    tryLock: (name, kind) => lock('try_advisory_lock', name, kind),
    unlock: async (name, kind) => void (await lock('advisory_unlock', name, kind)),
    close,
  };
  return session;
}
