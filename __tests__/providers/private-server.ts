import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccount } from '../../src/providers/embedded-postgresql-account';
import { findNativePackage, prepareBinaries } from '../../src/providers/embedded-postgresql-binaries';
import { readPassword, startServer } from '../../src/providers/embedded-postgresql-server';
import { readServerState } from '../../src/providers/embedded-postgresql-state';
import { query } from './postgresql-server';

/** A server of a test's own, to which it may do what one does not do to a server that others use. */
export interface PrivateServer {
  /** Where its files are. */
  readonly folder: string;
  /** Gives a file to the account that it runs under. */
  own(file: string): void;
  url(database: string, user?: string, password?: string): string;
  run(sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Stops it and starts it again on the same port. */
  restart(): void;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** Starts one; settings are given as `ALTER SYSTEM` knows them. */
export async function startPrivateServer(
  settings: Readonly<Record<string, string>> = {},
  folder: string = mkdtempSync(path.join(tmpdir(), 'jep-server-')),
): Promise<PrivateServer> {
  chmodSync(folder, 0o755);
  const account = chooseAccount();
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const binaries = prepareBinaries(findNativePackage([path.resolve(__dirname, '../..')]), account, home);
  const port = await startServer({ folder, binaries, account }, () => undefined);
  const secret = readPassword(folder) ?? '';
  const server: PrivateServer = {
    folder,
    own: (file) => account.own(file),
    url: (database, user = 'postgres', password = secret) =>
      `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    run: (sql, database = 'postgres') => query(server.url(database), sql),
    restart() {
      execFileSync(
        binaries.program('pg_ctl'),
        [
          'restart',
          '--silent',
          '--wait',
          '--mode=fast',
          `--pgdata=${path.join(folder, 'data')}`,
          `--log=${path.join(folder, 'server.log')}`,
        ],
        {
          ...account.ids,
          cwd: '/',
          stdio: 'ignore',
        },
      );
    },
    async remove() {
      const state = readServerState(folder);
      if (state) process.kill(state.pid, 'SIGQUIT');
      while (readServerState(folder)) await delay(20);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const [name, value] of Object.entries(settings)) await server.run(`ALTER SYSTEM SET ${name} = '${value}'`);
  if (Object.keys(settings).length > 0) server.restart();
  return server;
}
