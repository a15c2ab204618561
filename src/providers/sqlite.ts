import { constants, rmSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { sqliteDialect } from '../sandbox/dialects/sqlite';
import { withFileLock } from './file-lock';
import { isAlive } from './process-alive';
import type { Provider, ProviderContext, TemplateTarget, WorkerDatabase } from './provider';
import { sqliteAdapters } from './sqlite-adapters';

/** Files that SQLite keeps beside a database. */
const companions = ['', '-journal', '-wal', '-shm'];
const day = 24 * 60 * 60 * 1000;

/** What else SQLite needs: how SQL is run, which is the affair of the adapter that the project has installed. */
export interface SqliteContext extends ProviderContext {
  /** Runs a script on a database file, creating it. */
  runScript(url: string, sql: string): Promise<void>;
}

/**
 * SQLite: a template is a file in the cache, a worker database a copy of it (a reflink where the file system can), so
 * the file that the project's URL names is never opened. A `:memory:` URL gets a file as well: every connection to
 * `:memory:` would be a database of its own.
 */
export function createSqliteProvider(context: SqliteContext): Provider {
  const folder = path.join(context.cacheDir, 'sqlite');
  const workers = path.join(folder, 'workers');
  const templateOf = (fingerprint: string): string => path.join(folder, `${context.projectKey}_tpl_${fingerprint}.db`);
  const leased = new Set<string>();

  return {
    name: 'sqlite',
    dialect: sqliteDialect,
    adapters: sqliteAdapters,
    version: () => Promise.resolve('sqlite 3'),

    async ensureTemplate(fingerprint, build) {
      const template = templateOf(fingerprint);
      if (await isFile(template)) {
        await utimes(template, new Date(), new Date());
        return 'hit';
      }
      await mkdir(workers, { recursive: true });
      return withFileLock(`${template}.lock`, async () => {
        if (await isFile(template)) return 'hit';
        const draft = `${template}.${process.pid}.draft`;
        await removeFiles(draft);
        try {
          await build(targetOf(draft));
          await rename(draft, template);
        } finally {
          await removeFiles(draft);
        }
        await removeOldTemplates();
        return 'built';
      });
    },

    async lease(fingerprint): Promise<WorkerDatabase> {
      await mkdir(workers, { recursive: true });
      await removeOrphans();
      const name = `${context.projectKey}_test_${fingerprint}.${hostKey()}.${process.pid}.${leased.size + 1}.db`;
      const file = path.join(workers, name);
      const copy = async (source?: string): Promise<void> => {
        await removeFiles(file);
        await copyFile(source?.replace(/^file:/, '') ?? templateOf(fingerprint), file, constants.COPYFILE_FICLONE);
      };
      await copy();
      leased.add(file);
      return {
        renew: copy,
        url: urlOf(file),
        name: path.relative(context.rootDir, file),
        async release() {
          await removeFiles(file);
        },
        releaseSync() {
          try {
            for (const suffix of companions) rmSync(file + suffix, { force: true });
          } catch (error) {
            // Windows keeps files that somebody has open; the next run removes what is left.
            if (!['EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
          }
        },
      };
    },

    async clean() {
      const orphans = await removeOrphans();
      const templates = await removeOldTemplates(0);
      return [...orphans, ...templates];
    },
    close: () => Promise.resolve(),
  };

  function targetOf(file: string): TemplateTarget {
    const url = urlOf(file);
    return { url, execute: (sql) => context.runScript(url, sql) };
  }

  /** Worker files of processes that are no more, of this host: another container's process ids mean nothing here. */
  async function removeOrphans(): Promise<string[]> {
    const removed: string[] = [];
    for (const file of await list(workers)) {
      const [, host, pid] = /\.([0-9a-z]+)\.(\d+)\.\d+\.db(?:-\w+)?$/.exec(file) ?? [];
      if (!host || !pid) continue;
      const { mtimeMs } = await stat(path.join(workers, file)).catch(() => ({ mtimeMs: Date.now() }));
      const orphaned = host === hostKey() ? !isAlive(Number(pid)) : Date.now() - mtimeMs > day;
      if (!orphaned) continue;
      await rm(path.join(workers, file), { force: true });
      removed.push(file);
    }
    return removed;
  }

  /** Templates of this project that nobody has used for a while. */
  async function removeOldTemplates(age = 7 * day): Promise<string[]> {
    const removed: string[] = [];
    for (const file of await list(folder)) {
      if (!file.startsWith(`${context.projectKey}_tpl_`)) continue;
      const { mtimeMs } = await stat(path.join(folder, file)).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs < age) continue;
      await rm(path.join(folder, file), { force: true });
      removed.push(file);
    }
    return removed;
  }
}

function urlOf(file: string): string {
  return `file:${file.replaceAll('\\', '/')}`;
}

/** A short name of this machine that is safe in file names. */
function hostKey(): string {
  return (
    hostname()
      .toLowerCase()
      .replaceAll(/[^0-9a-z]/g, '')
      .slice(0, 24) || 'host'
  );
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function removeFiles(file: string): Promise<void> {
  for (const suffix of companions) await rm(file + suffix, { force: true });
}
