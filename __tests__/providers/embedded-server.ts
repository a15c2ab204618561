import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readPassword } from '../../src/providers/embedded-postgresql-server';
import { readServerState } from '../../src/providers/embedded-postgresql-state';

/** Folders of the embedded servers in a cache. */
export function serverFolders(cacheDir: string): readonly string[] {
  const home = path.join(cacheDir, 'embedded-postgresql');
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .map((name) => path.join(home, name))
    .filter((folder) => existsSync(path.join(folder, 'password')));
}

/** The server that runs in a cache, if one does. */
export function runningServer(cacheDir: string): { readonly pid: number; url(database: string): string } | undefined {
  for (const folder of serverFolders(cacheDir)) {
    const state = readServerState(folder);
    if (!state?.isReady) continue;
    return { pid: state.pid, url: (database) => `postgresql://postgres:${readPassword(folder)}@127.0.0.1:${state.port}/${database}` };
  }
  return undefined;
}

/** Waits until the server of a folder has ended by itself. */
export async function waitForEnd(folder: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (readServerState(folder)) {
    if (Date.now() > deadline) throw new Error(`the server in ${folder} does not end by itself`);
    await delay(100);
  }
}
