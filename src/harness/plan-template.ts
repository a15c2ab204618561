import { version as packageVersion } from '../../package.json';
import { readFile } from 'node:fs/promises';
import { sqlFileStep, type TemplateStep } from '../database/template-plan';
import type { ResolvedDatabaseOptions } from '../options';
import type { Provider } from '../providers/provider';
import { fingerprint } from '../schema/fingerprint';
import { createDdl, supportsEngine } from '../schema/push-engine';
import type { PrismaProject, SchemaFile } from '../schema/schema-source';
import { createVariant } from '../schema/variant';

/** What a template is made of, and the fingerprint of all that decides its content. */
export interface TemplatePlan {
  readonly fingerprint: string;
  readonly steps: readonly TemplateStep[];
}

/** Reads everything that goes into a database's template. Nothing of it is run yet. */
export async function planTemplate(project: PrismaProject, options: ResolvedDatabaseOptions, provider: Provider): Promise<TemplatePlan> {
  const [overlay, sql, version] = await Promise.all([readFiles(options.overlay), readFiles(options.sql), provider.version()]);
  const variant = createVariant(project, { external: options.external, overlay, exclude: options.exclude });
  const { provider: name } = project;
  const push: TemplateStep = {
    what: 'pushing the schema',
    async run(target) {
      // Without an engine for it, SQL files may make the tables.
      if (!supportsEngine(name) && sql.length > 0) return;
      if (!supportsEngine(name)) throw new Error(`'${name}' cannot be pushed by the engine`);
      await target.execute(await createDdl(variant, name));
    },
  };
  return {
    fingerprint: fingerprint({
      variant,
      provider: name,
      source: 'push',
      push: 'engine',
      sql,
      migrations: [],
      initShadowDb: undefined,
      seed: [],
      serverVersion: version,
      packageVersion,
    }),
    steps: [push, ...sql.map(sqlFileStep)],
  };
}

function readFiles(files: readonly string[]): Promise<SchemaFile[]> {
  return Promise.all(files.map(async (file) => ({ path: file, content: await readFile(file, 'utf8') })));
}
