import path from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { readSignature, type SchemaSignature } from '../database/client-match';
import { createInnerAdapter, type AppAdapter, type InnerAdapter } from '../database/inner-adapter';
import { runSteps } from '../database/template-plan';
import type { ResolvedDatabaseOptions } from '../options';
import type { Provider, WorkerDatabase } from '../providers/provider';
import { createSandbox, type Sandbox } from '../sandbox/sandbox';
import { loadPrismaProject } from '../schema/prisma-project';
import type { PrismaProject } from '../schema/schema-source';
import type { Timing } from '../timing';
import { loadAdapterModule } from './adapter-module';
import { createProvider } from './create-provider';
import { createDatabaseIsolation } from './database-isolation';
import { filesUnder, stampFiles } from './inputs';
import type { DatabaseIsolation } from './isolation-contract';
import { planTemplate } from './plan-template';

/** What every database of a worker shares. */
export interface WorkerContext {
  readonly rootDir: string;
  readonly cacheDir: string;
  readonly timing: Timing;
  report(line: string): void;
}

/** A database of the worker that has been leased, and the sandbox on it. */
export interface PreparedDatabase {
  readonly worker: WorkerDatabase;
  readonly sandbox: Sandbox;
  /** How tests are kept apart; the sandbox is one of its ways. */
  readonly isolation: DatabaseIsolation;
}

/** A named Prisma project under test, as one worker sees it. It outlives test files. */
export interface TestDatabase {
  readonly name: string;
  readonly options: ResolvedDatabaseOptions;
  readonly project: PrismaProject;
  readonly signature: SchemaSignature;
  readonly provider: Provider;
  readonly inner: InnerAdapter;
  /** Folders from which the project's packages can be reached. */
  readonly resolveFrom: readonly string[];
  /** Makes sure that the template exists; resolves to its fingerprint. */
  build(): Promise<string>;
  /** Template, lease, sandbox: made at the first call, and anew when the lease was lost. */
  prepare(): Promise<PreparedDatabase>;
  /** What `prepare` made, if it was called. */
  readonly prepared: PreparedDatabase | undefined;
  /** The adapter of the app, whose options are followed from the next connection on. */
  follow(adapter: AppAdapter, key: string): void;
  /** Connects anew if the connection was made with other options than those to be followed; `false` if it cannot now. */
  settle(): Promise<boolean>;
  /** Whether the files that it was made of are as they were: a watching Jest keeps its process between runs. */
  isCurrent(): Promise<boolean>;
  close(): Promise<void>;
  /** What can be done while the process exits. */
  closeSync(): void;
}

/** Finds the project of one database and makes ready what it will be prepared with; touches no database yet. */
export async function openTestDatabase(name: string, options: ResolvedDatabaseOptions, context: WorkerContext): Promise<TestDatabase> {
  const { rootDir, cacheDir, timing } = context;
  const { config, schema } = options;
  const project = await timing.measure('config', () =>
    loadPrismaProject({ rootDir, cacheDir, env: process.env, ...(config && { config }), ...(schema && { schema }) }),
  );
  const resolveFrom = foldersOf(rootDir, project, options);
  const provider = createProvider(project, options, { ...context, resolveFrom });
  const inner = createInnerAdapter({
    packages: provider.adapters,
    adapterProvider: provider.dialect.adapterProvider,
    resolveFrom,
    custom: options.adapter === undefined ? undefined : (url) => loadAdapterModule(options.adapter ?? '', url),
  });

  const inputs = [
    project.configFile,
    ...project.files.map((file) => file.path),
    ...options.overlay,
    ...options.sql,
    ...(typeof options.seed === 'string' ? [options.seed] : []),
  ].filter((file) => file !== undefined);
  const migrations = options.source === 'migrations' ? project.migrationsPath : undefined;
  const stampInputs = async (): Promise<string> =>
    stampFiles([...inputs, ...(await filesUnder(project.viewsPath)), ...(await filesUnder(migrations))]);
  const stamp = await stampInputs();
  let connected: SqlDriverAdapter | undefined;
  let followed: { readonly adapter: AppAdapter; readonly key: string } | undefined;
  let connectedKey: string | undefined;
  let prepared: PreparedDatabase | undefined;
  let preparing: Promise<PreparedDatabase> | undefined;

  const build = async (): Promise<string> => {
    const plan = await timing.measure('variant', () =>
      planTemplate({ rootDir, project, options, provider, inner, resolveFrom, report: (line) => context.report(line) }),
    );
    await timing.measure(
      'template',
      () =>
        provider.ensureTemplate(plan.fingerprint, (target) =>
          runSteps(plan.steps, target, (what, work) => timing.measure(`  ${what}`, work)),
        ),
      (outcome) => outcome,
    );
    return plan.fingerprint;
  };

  const lease = async (): Promise<PreparedDatabase> => {
    const fingerprint = await build();
    const worker = await timing.measure(
      'lease',
      () => provider.lease(fingerprint),
      (leased) => leased.name,
    );
    const sandbox = createSandbox({
      database: name,
      dialect: provider.dialect,
      async connect() {
        worker.check?.();
        connectedKey = followed?.key ?? '';
        return (connected = await inner.connect(worker.url, followed?.adapter));
      },
      renew: () => isolation.renew(),
    });
    const isolation: DatabaseIsolation = createDatabaseIsolation({
      worker,
      sandbox,
      connect: (url) => inner.connect(url, followed?.adapter),
      lease: () => provider.lease(fingerprint),
    });
    return { worker, sandbox, isolation };
  };

  /** One lease for the worker's life, unless the server has dropped the session that held it. */
  const prepare = async (): Promise<PreparedDatabase> => {
    if (prepared && isHeld(prepared.worker)) return prepared;
    await prepared?.sandbox.close();
    await prepared?.isolation.close();
    prepared = undefined;
    prepared = await lease();
    return prepared;
  };

  return {
    name,
    options,
    project,
    signature: readSignature(project.files.map((file) => file.content).join('\n')),
    provider,
    inner,
    resolveFrom,
    build,
    prepare: () => (preparing ??= prepare().finally(() => (preparing = undefined))),
    get prepared() {
      return prepared;
    },
    follow(adapter, key) {
      if (followed?.key !== key) void prepared?.isolation.disconnect();
      followed = { adapter, key };
    },
    async settle() {
      if (!prepared || connectedKey === undefined || connectedKey === (followed?.key ?? '')) return true;
      return prepared.sandbox.reconnect();
    },
    isCurrent: async () => (await stampInputs()) === stamp,
    async close() {
      await prepared?.sandbox.close();
      await prepared?.isolation.close();
      await prepared?.worker.release();
      await provider.close();
    },
    closeSync() {
      // SQLite's adapters close at once, and Windows removes no file that is open. A connection to a server ends with the process.
      if (prepared?.worker.releaseSync) void connected?.dispose();
      prepared?.isolation.closeSync();
      prepared?.worker.releaseSync?.();
    },
  };
}

function isHeld(worker: WorkerDatabase): boolean {
  try {
    worker.check?.();
    return true;
  } catch {
    // The next lease meets the same trouble, if it lasts, and reports it.
    return false;
  }
}

/** Monorepos and pnpm hold several copies of Prisma's packages: each of these folders may reach another. */
function foldersOf(rootDir: string, project: PrismaProject, options: ResolvedDatabaseOptions): string[] {
  const outputs = project.generators.map((generator) => generator.output).filter((output) => output !== undefined);
  const appClient = options.client?.path;
  return [...new Set([rootDir, project.baseDir, ...(appClient ? [path.dirname(appClient)] : []), ...outputs])];
}
