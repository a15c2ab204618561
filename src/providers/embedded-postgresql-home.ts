import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { createError } from '../errors';
import type { Account } from './embedded-postgresql-account';
import { readServerState } from './embedded-postgresql-state';

const day = 24 * 60 * 60 * 1000;

/**
 * The folder for servers of one cache: in the cache itself, or, where the server's account cannot get there (a project
 * below `/root`, tests as root), in the system's folder for temporary files.
 */
export function chooseHome(cacheDir: string, account: Account): string {
  const home = path.join(cacheDir, 'embedded-postgresql');
  mkdirSync(home, { recursive: true });
  if (account.canRead(path.join(home))) return home;
  const other = path.join(tmpdir(), `jest-environment-prisma-${hash(cacheDir)}`);
  mkdirSync(other, { recursive: true, mode: 0o755 });
  const { uid } = lstatSync(other);
  if (!lstatSync(other).isDirectory() || uid !== process.getuid?.()) {
    throw createError({
      code: 'PRISMA_TEST_EMBEDDED_FOLDER',
      message: `The folder for the embedded server belongs to somebody else: ${other}`,
      cure: 'remove it, or set another folder: testEnvironmentOptions: { cacheDir: "/var/cache/prisma-test" }',
    });
  }
  return other;
}

/**
 * The folder of one server. It differs by version (an upgrade begins anew), by account, and by machine: a container that
 * shares the cache with another one cannot see whether the other's server runs.
 */
export function serverFolder(home: string, version: string, account: Account): string {
  return path.join(home, `${version}-${account.key}-${hash(hostname())}`);
}

/** Removes servers of other versions and machines that have not been started for some days. */
export function removeOldServers(home: string, current: string): void {
  for (const name of readdirSync(home)) {
    const folder = path.join(home, name);
    if (folder === current || !/-u\d+-[0-9a-f]{8}$/.test(name)) continue;
    try {
      if (Date.now() - statSync(path.join(folder, 'server.log')).mtimeMs < 3 * day || readServerState(folder)) continue;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is being made or removed by somebody else.
    }
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
