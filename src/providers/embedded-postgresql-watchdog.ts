import { setTimeout as delay } from 'node:timers/promises';
import { quoteText } from './postgresql-catalog';
import { explainPostgresqlError } from './postgresql-errors';
import type { Server } from './postgresql-connect';
import { lockKey, type AdminSession } from './postgresql-session';

/** Lock that is held, shared, by every session of ours; whoever gets it alone knows that there are none. */
const usersLock = 'embedded users';
/** Lock of the watchdog. */
const watchLock = 'embedded watchdog';

/** How often the watchdog looks, and how many times it must see nobody before it stops the server. */
const interval = 0.5;
const rounds = 10;

/**
 * Says that this session uses the server, and sees to it that somebody watches for the last one to leave. Rejects when
 * the server is just being stopped: then it is to be started again.
 */
export async function attach(session: AdminSession, server: Server, stopCommand: string): Promise<void> {
  while (!(await session.tryLock(usersLock, 'shared'))) await delay(10);
  if (!(await isWatched(session))) await launch(session, server, stopCommand);
}

/**
 * The watchdog is a session of the server itself, not a process of ours: a block that goes on when its client has gone,
 * until nobody but it is connected. So there is nothing to be killed with Jest, nothing that outlives the server, and
 * nothing to be installed. It takes the users' lock before it stops the server, so that nobody comes in between.
 */
async function launch(session: AdminSession, { driver, url }: Server, stopCommand: string): Promise<void> {
  const client = new driver.Client({
    connectionString: url.withDatabase(session.lobby),
    application_name: 'jest-environment-prisma watchdog',
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET client_connection_check_interval = 0; SET client_min_messages = error; SET statement_timeout = 0');
  // It ends at once only where another one watches, or where it cannot be run.
  const end = new AbortController();
  const ended = client
    .query(watch(stopCommand))
    .catch((error: unknown) => {
      if (!end.signal.aborted) throw explainPostgresqlError(error, { url, doing: 'setting up the watchdog of the embedded server' });
    })
    .finally(() => end.abort());
  // Once it holds its lock it runs, and needs this end of the connection no more.
  const runs = (async () => {
    while (!end.signal.aborted && !(await isWatched(session))) await delay(5);
    end.abort();
  })();
  await Promise.race([ended, runs]).finally(() => client.connection.stream.destroy());
}

/** Looks, but does not try the lock: a watchdog that finds it taken for a moment would take itself for the second one. */
async function isWatched(session: AdminSession): Promise<boolean> {
  const key = `${lockKey(watchLock)}::bigint`;
  const rows = await session.query(
    'looking for the watchdog',
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND ((classid::bigint << 32) | objid::bigint) = ${key}`,
  );
  return rows.length > 0;
}

function watch(stopCommand: string): string {
  const users = lockKey(usersLock);
  const stop = `COPY (SELECT 1) TO PROGRAM ${quoteText(stopCommand)}`;
  return `DO $watchdog$
DECLARE
  quiet integer := 0;
BEGIN
  IF NOT pg_try_advisory_lock(${lockKey(watchLock)}) THEN RETURN; END IF;
  LOOP
    COMMIT;
    PERFORM pg_sleep(${interval});
    IF NOT pg_try_advisory_lock(${users}) THEN
      quiet := 0;
      CONTINUE;
    END IF;
    quiet := CASE
      WHEN EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) THEN 0
      ELSE quiet + 1
    END;
    IF quiet >= ${rounds} THEN
      EXECUTE ${quoteText(stop)};
      PERFORM pg_sleep(60);
      quiet := 0;
    END IF;
    PERFORM pg_advisory_unlock(${users});
  END LOOP;
END
$watchdog$`;
}
