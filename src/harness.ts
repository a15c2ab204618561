import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createError } from './errors';
import { environmentChanges, loadDotenv, type EnvironmentVariables } from './harness/environment-variables';
import { openFileRun, type FileRun } from './harness/file-run';
import { openTestDatabase, type TestDatabase, type WorkerContext } from './harness/test-database';
import type { ResolvedDatabaseOptions, ResolvedOptions } from './options';
import { createTiming, renderTiming } from './timing-recorder';

/** One test file, and the environment variables that it must see. */
export interface OpenFile {
  readonly run: FileRun;
  /** As they are to be now: with isolation `clone` they change from test to test. */
  env(): EnvironmentVariables;
}

/** What a worker keeps from file to file: its databases, by the options that made them. */
interface Worker {
  readonly context: WorkerContext;
  readonly databases: Map<string, Promise<TestDatabase>>;
}

const workers = new Map<string, Worker>();
const opened = new Set<TestDatabase>();
let watchesExit = false;

/**
 * Makes everything ready for one test file: what is slow (config, template, lease, connection) happens for the first
 * file of a worker and is kept for those that follow.
 */
export async function openFile(options: ResolvedOptions, file: string, env: EnvironmentVariables): Promise<OpenFile> {
  const { databases, dotenv } = await inCache(options.cacheDir, async () => {
    const found = await openDatabases(options, env);
    for (const database of found.databases) {
      const { access } = options.databases.find(({ name }) => name === database.name) ?? database.options;
      if (access === 'allow') await database.prepare();
    }
    return found;
  });
  const run = openFileRun(file, databases, options.databases, options.rootDir);
  await run.ready(run.root);
  return { run, env: () => ({ ...dotenv, ...environmentChanges(databases, { ...env, ...dotenv }) }) };
}

/** Builds the templates of all databases, without leasing any. */
export async function prepareAll(options: ResolvedOptions, env: EnvironmentVariables): Promise<void> {
  await inCache(options.cacheDir, async () => {
    const { databases } = await openDatabases(options, env);
    for (const database of databases) await database.build();
  });
}

async function openDatabases(
  options: ResolvedOptions,
  env: EnvironmentVariables,
): Promise<{ databases: readonly TestDatabase[]; dotenv: EnvironmentVariables }> {
  const worker = workerOf(options);
  const dotenv = await loadDotenv(options.rootDir, env);
  const databases = await withEnvironment(dotenv, () => Promise.all(options.databases.map((database) => databaseOf(worker, database))));
  return { databases, dotenv };
}

/** The timing table of this process, one per worker that ran. */
export function timingReport(): string {
  return [...workers.values()]
    .map(({ context }) => {
      for (const database of opened) {
        const { sandbox } = database.prepared ?? {};
        if (sandbox) context.timing.add('rollback', sandbox.spent.rollbackMs - spentBefore(context, 'rollback'));
      }
      return renderTiming(`jest-environment-prisma, worker ${process.env['JEST_WORKER_ID'] ?? '1'}`, context.timing.entries);
    })
    .join('\n');
}

function spentBefore(context: WorkerContext, phase: string): number {
  return context.timing.entries.find((entry) => entry.phase === phase)?.ms ?? 0;
}

/** Closes every database of this process. Jest has no hook at the end of a worker; `exit` does the rest. */
export async function closeAll(): Promise<void> {
  for (const database of opened) await database.close();
  opened.clear();
  workers.clear();
}

function workerOf(options: ResolvedOptions): Worker {
  const key = `${options.rootDir}\n${options.cacheDir}`;
  let worker = workers.get(key);
  if (!worker) {
    const report = (line: string): void => void process.stderr.write(`jest-environment-prisma: ${line}\n`);
    const { rootDir, cacheDir } = options;
    worker = { context: { rootDir, cacheDir, timing: createTiming(report), report }, databases: new Map() };
    workers.set(key, worker);
    if (!watchesExit) process.once('exit', () => atExit(options.timing));
    watchesExit = true;
  }
  return worker;
}

function atExit(timing: boolean): void {
  if (timing) process.stderr.write(`${timingReport()}\n`);
  for (const database of opened) database.closeSync();
}

/** Databases are told apart by what decides their content; what a file may do with one is the file's affair. */
async function databaseOf(worker: Worker, options: ResolvedDatabaseOptions): Promise<TestDatabase> {
  const key = JSON.stringify({ ...options, access: undefined, denial: undefined, log: undefined, isolation: undefined });
  const known = await worker.databases.get(key);
  if (known && (await known.isCurrent())) return known;
  if (known) {
    opened.delete(known);
    await known.close();
  }
  const opening = openTestDatabase(options.name, options, worker.context);
  worker.databases.set(key, opening);
  try {
    const database = await opening;
    opened.add(database);
    return database;
  } catch (error) {
    worker.databases.delete(key);
    throw error;
  }
}

/** Runs work that writes into the cache; a folder that cannot be written to is told apart from every other failure. */
async function inCache<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(folder, { recursive: true });
    return await work();
  } catch (cause) {
    const { code, path: file } = cause as NodeJS.ErrnoException;
    const isOurs = file !== undefined && (file === folder || file.startsWith(folder + path.sep));
    if (!isOurs || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code ?? '')) throw cause;
    throw createError({
      code: 'PRISMA_TEST_CACHE_NOT_WRITABLE',
      message: 'The folder for templates cannot be made or written to.',
      facts: { folder, reason: (cause as Error).message },
      cure: "name another one: PRISMA_TEST_CACHE_DIR=/tmp/prisma-test, or testEnvironmentOptions: { cacheDir: '…' }",
      cause,
    });
  }
}

/** Prisma's config reads `process.env`: what `.env` files add is there while it is loaded, and gone afterwards. */
async function withEnvironment<T>(additions: EnvironmentVariables, work: () => Promise<T>): Promise<T> {
  const added = Object.keys(additions).filter((name) => process.env[name] === undefined);
  for (const name of added) process.env[name] = additions[name];
  try {
    return await work();
  } finally {
    for (const name of added) delete process.env[name];
  }
}
