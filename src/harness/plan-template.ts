import { readFile } from 'node:fs/promises';
import { version as packageVersion } from '../../package.json';
import { sqlFileStep, type TemplateStep } from '../database/template-plan';
import { createError } from '../errors';
import type { ResolvedDatabaseOptions } from '../options';
import type { Provider } from '../providers/provider';
import { fingerprint } from '../schema/fingerprint';
import { applyMigrations, readMigrations } from '../schema/migrations';
import { pushWithCli } from '../schema/push-cli';
import { createDdl, supportsEngine, surroundings } from '../schema/push-engine';
import type { PrismaProject, SchemaFile, SchemaVariant } from '../schema/schema-source';
import { createVariant } from '../schema/variant';
import { warnOfDrift } from './drift-warning';
import { planSeed, type SeedContext } from './seed';

/** What a template is made of, and the fingerprint of all that decides its content. */
export interface TemplatePlan {
  readonly fingerprint: string;
  readonly steps: readonly TemplateStep[];
}

/** What planning needs of the database that the template is for. */
export interface PlanContext extends SeedContext {
  readonly project: PrismaProject;
  readonly options: ResolvedDatabaseOptions;
  readonly provider: Provider;
  readonly resolveFrom: readonly string[];
  report(line: string): void;
}

/** Reads everything that goes into a database's template. Nothing of it is run yet. */
export async function planTemplate(context: PlanContext): Promise<TemplatePlan> {
  const { options, provider } = context;
  const project = withSchemaOf(context.project, options.url);
  const [overlay, sql, version] = await Promise.all([readFiles(options.overlay), readFiles(options.sql), provider.version()]);
  const seed = await planSeed(context);
  const variant = createVariant(project, { external: options.external, overlay, exclude: options.exclude });
  const migrations = options.source === 'migrations' ? readMigrations(project.migrationsPath) : [];
  const push = options.push === 'auto' ? (supportsEngine(project.provider) ? 'engine' : 'cli') : options.push;
  const schema: Record<typeof options.source, () => readonly TemplateStep[]> = {
    push: () => [push === 'cli' ? pushByCli({ ...context, project }, variant) : pushByEngine(project, variant)],
    migrations: () => [
      { what: `applying ${migrations.length} migrations`, run: (target) => applyMigrations(target, project, migrations) },
      { what: 'comparing the migrations with the schema', run: (target) => warnOfDrift({ ...context, project }, target.url) },
    ],
    sql: () => [],
  };
  return {
    fingerprint: fingerprint({
      variant,
      provider: project.provider,
      source: options.source,
      push,
      sql,
      migrations,
      initShadowDb: options.source === 'migrations' ? project.initShadowDb : undefined,
      seed: seed.inputs,
      serverVersion: version,
      packageVersion,
    }),
    steps: [...schema[options.source](), ...sql.map(sqlFileStep), ...seed.steps],
  };
}

/** Tables that name no schema are in that of the option `url`, if it says one, as the app's adapter then does. */
function withSchemaOf(project: PrismaProject, url: string | undefined): PrismaProject {
  return url !== undefined && /[?&]schema=[^&]/.test(url) ? { ...project, url } : project;
}

/** In process, with Prisma's engine as WebAssembly. */
function pushByEngine({ provider }: PrismaProject, variant: SchemaVariant): TemplateStep {
  if (!supportsEngine(provider)) throw engineCannot(provider);
  return { what: 'pushing the schema', run: async (target) => target.execute(await createDdl(variant, provider)) };
}

/** With the `prisma db push` of the project's own CLI. */
function pushByCli({ project, resolveFrom, report }: PlanContext, variant: SchemaVariant): TemplateStep {
  return {
    what: 'running prisma db push',
    async run(target) {
      const { before, after } = surroundings(variant, project.provider);
      if (before) await target.execute(before);
      await pushWithCli({ project, variant, targetUrl: target.url, resolveFrom, env: process.env, report });
      if (after) await target.execute(after);
    },
  };
}

function engineCannot(provider: string): Error {
  return createError({
    code: 'PRISMA_TEST_PUSH_ENGINE',
    message: `The schema engine in this process cannot push a schema of provider '${provider}'.`,
    cure: "leave the option `push` out, or say push: 'cli' (Prisma's native engine), or source: 'migrations'",
  });
}

function readFiles(files: readonly string[]): Promise<SchemaFile[]> {
  return Promise.all(files.map(async (file) => ({ path: file, content: await readFile(file, 'utf8') })));
}
