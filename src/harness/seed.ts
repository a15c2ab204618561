import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { InnerAdapter } from '../database/inner-adapter';
import { createPackageLoader } from '../database/package-loader';
import type { TemplateStep } from '../database/template-plan';
import { createError } from '../errors';
import type { ResolvedDatabaseOptions } from '../options';
import type { Provider } from '../providers/provider';
import type { PrismaProject } from '../schema/schema-source';
import { loadDotenv } from './environment-variables';
import { filesOfCommand, readSeedInputs } from './seed-inputs';
import { loadUserModule } from './user-module';

/** What a seed needs to know of the database that it is for. */
export interface SeedContext {
  readonly rootDir: string;
  readonly project: PrismaProject;
  readonly options: ResolvedDatabaseOptions;
  readonly provider: Provider;
  readonly inner: InnerAdapter;
}

/** What a seed is made of: text for the fingerprint, and the step that runs it. */
export interface SeedPlan {
  readonly inputs: readonly string[];
  readonly steps: readonly TemplateStep[];
}

/** What the default export of a seed module is given. */
export interface SeedArguments {
  /** The database that is being built. */
  readonly url: string;
  /** A client of the generated kind, connected to it. */
  readonly prisma: unknown;
}

/** So much of a failed seed's output is shown, its end. */
const shown = 4000;

/** Plans the option `seed`. Nothing is run yet. */
export async function planSeed(context: SeedContext): Promise<SeedPlan> {
  const { seed } = context.options;
  if (seed === false) return { inputs: [], steps: [] };
  if (seed === true) return planCommand(context);
  return {
    inputs: await readSeedInputs([seed]),
    steps: [{ what: `seeding with ${path.relative(context.rootDir, seed)}`, run: (target) => runModule(seed, target.url, context) }],
  };
}

async function planCommand(context: SeedContext): Promise<SeedPlan> {
  const { seedCommand: command, baseDir, configFile } = context.project;
  if (!command) {
    throw createError({
      code: 'PRISMA_TEST_SEED_MISSING',
      message: "The option `seed: true` runs the Prisma config's seed command, and the config has none.",
      facts: { config: configFile },
      cure: "migrations: { seed: 'tsx prisma/seed.ts' } in prisma.config.ts; or name a module: seed: './test/seed.ts'",
    });
  }
  return {
    inputs: [command, ...(await readSeedInputs(await filesOfCommand(command, baseDir)))],
    steps: [{ what: `seeding with ${command}`, run: (target) => runCommand(command, target.url, context) }],
  };
}

/** Runs the command as `prisma db seed` does, with every variable that leads to the project's database leading here. */
async function runCommand(command: string, url: string, { rootDir, project, options }: SeedContext): Promise<void> {
  const env: Record<string, string | undefined> = { ...process.env };
  // What the command's own dotenv would add must not lead to the app's database.
  for (const folder of new Set([project.baseDir, rootDir])) Object.assign(env, await loadDotenv(folder, env as Record<string, string>));
  const originals = [project.url, options.url].filter((each) => each !== undefined);
  const holders = Object.keys(env).filter((name) => originals.includes(env[name] ?? ''));
  for (const name of ['DATABASE_URL', ...holders, ...options.env]) env[name] = url;
  const pathKey = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[pathKey] = [...binFolders(project.baseDir), env[pathKey]].filter(Boolean).join(path.delimiter);

  const child = spawn(command, { cwd: project.baseDir, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-shown)));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw seedFailed(command, { status: String(status), output: output.trim() });
}

function binFolders(folder: string): string[] {
  const folders: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    folders.push(path.join(at, 'node_modules', '.bin'));
    if (path.dirname(at) === at) return folders;
  }
}

async function runModule(file: string, url: string, context: SeedContext): Promise<void> {
  const seed = (await loadUserModule(file))['default'];
  if (typeof seed !== 'function') {
    throw createError({
      code: 'PRISMA_TEST_SEED_MODULE',
      message: "The module of the option 'seed' has no function as its default export.",
      facts: { file },
      cure: 'export default async ({ prisma, url }) => { await prisma.user.create({ data: { email: "a@b.c" } }); }',
    });
  }
  const { prisma, close } = await makeClient(url, context);
  try {
    const given = { url } as { url: string; prisma: unknown };
    Object.defineProperty(given, 'prisma', { enumerable: true, get: prisma });
    await (seed as (given: SeedArguments) => unknown)(given);
  } catch (error) {
    throw seedFailed(path.relative(context.rootDir, file), { reason: error instanceof Error ? error.message : String(error) }, error);
  } finally {
    await close();
  }
}

type Client = { $disconnect(): Promise<void> };

/** A client of this realm. A seed that does without one needs none to be generated. */
async function makeClient(
  url: string,
  { project, provider, inner }: SeedContext,
): Promise<{ prisma: () => unknown; close: () => Promise<void> }> {
  const [generator] = project.generators;
  const module = generator?.output
    ? path.join(generator.output, generator.provider === 'prisma-client' ? 'client.ts' : 'index.js')
    : createPackageLoader([project.baseDir]).resolve('@prisma/client');
  const { PrismaClient } = (module ? await loadUserModule(module).catch(() => ({})) : {}) as {
    PrismaClient?: new (options: object) => Client;
  };
  const adapter = {
    provider: provider.dialect.adapterProvider,
    adapterName: provider.adapters[0]?.name ?? '',
    connect: () => inner.connect(url, undefined),
  };
  let client: Client | undefined;
  return {
    prisma() {
      if (!PrismaClient) {
        throw createError({
          code: 'PRISMA_TEST_SEED_CLIENT',
          message: 'The seed asks for `prisma`, and the generated client cannot be loaded.',
          facts: { client: module },
          cure: 'npx prisma generate; or connect to `url` with something else',
        });
      }
      return (client ??= new PrismaClient({ adapter }));
    },
    close: async () => client?.$disconnect(),
  };
}

function seedFailed(what: string, facts: Record<string, string>, cause?: unknown): Error {
  return createError({
    code: 'PRISMA_TEST_SEED',
    message: `The seed failed: ${what}`,
    facts,
    cure: 'correct it; it runs into a fresh database, once per change of the schema or of the seed itself.',
    cause,
  });
}
