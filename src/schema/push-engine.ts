import { createError } from '../errors';
import { offlineAdapter } from './engine-adapter';
import { parsePsl } from './psl';
import { listElements, parseArguments, stringValue } from './psl-text';
import { createSchemaEngine, orPanic } from './schema-engine';
import { schemaError } from './schema-error';
import type { PrismaProject, SchemaVariant } from './schema-source';
import { quoteIdentifier } from './table-name';

/** Providers whose DDL the engine makes in process; the others need `push: 'cli'`. */
export type EngineProvider = 'sqlite' | 'postgresql' | 'cockroachdb';

/** Whether {@link createDdl} can make the tables of a provider. */
export function supportsEngine(provider: PrismaProject['provider']): provider is EngineProvider {
  return provider === 'sqlite' || provider === 'postgresql' || provider === 'cockroachdb';
}

/**
 * SQL that makes everything of a variant in an empty database: database schemas, extensions, enums, tables, foreign keys,
 * and after them the views. One script, to be run by the native driver. Throws `PRISMA_TEST_SCHEMA_INVALID`.
 */
export async function createDdl(variant: SchemaVariant, provider: EngineProvider): Promise<string> {
  const tables = await diffFromEmpty(variant, provider);
  const { before, after } = surroundings(variant, provider);
  return join([before, tables, after]);
}

/**
 * SQL around a push, which the real `prisma db push` does not do: database schemas before it, views after it. Empty
 * where there is nothing to do.
 */
export function surroundings(variant: SchemaVariant, provider: PrismaProject['provider']): { before: string; after: string } {
  const views = variant.views.map(({ name, sql }) => `-- CreateView ${name}\n${sql};`);
  const { defaultSchema } = variant;
  if (defaultSchema === undefined || defaultSchema === 'public') {
    return { before: join(createSchemas(variant, provider)), after: join(views) };
  }
  // Tables of the default schema are written without it: the connection is to know it.
  const schema = quoteIdentifier(defaultSchema, provider);
  return {
    before: join([...createSchemas(variant, provider), `CREATE SCHEMA IF NOT EXISTS ${schema};`, `SET search_path TO ${schema};`]),
    after: join([...(views.length === 0 ? [] : [`SET search_path TO ${schema};`]), ...views, 'RESET search_path;']),
  };
}

/** Lets the engine check the schema and nothing else. Throws `PRISMA_TEST_SCHEMA_INVALID`. */
export async function validateSchema(variant: SchemaVariant, provider: EngineProvider): Promise<void> {
  await diffFromEmpty(variant, provider);
}

async function diffFromEmpty(variant: SchemaVariant, provider: EngineProvider): Promise<string> {
  if (!supportsEngine(provider)) {
    throw createError({
      code: 'PRISMA_TEST_ENGINE_UNSUPPORTED',
      message: `Prisma's engine cannot make the tables of ${provider as string} in process.`,
      cure: `write  push: 'cli'  in testEnvironmentOptions, or  source: 'migrations'`,
    });
  }
  const adapter = offlineAdapter(provider === 'sqlite' ? 'sqlite' : 'postgres', variant.defaultSchema);
  try {
    const engine = await createSchemaEngine(
      variant.files.map(({ path, content }) => [path, content]),
      adapter,
    );
    try {
      const call = engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: variant.files },
        script: true,
        exitCode: null,
        shadowDatabaseUrl: null,
        filters: { externalTables: [], externalEnums: [] },
      });
      const { stdout } = await orPanic(call);
      return (stdout ?? '').replace(/^-- This is an empty migration\.\s*/, '').trim();
    } finally {
      engine.free();
    }
  } catch (error) {
    throw schemaError(error);
  }
}

/** Database schemas that the engine does not make: it makes only those with a table or an enum of the variant. */
function createSchemas(variant: SchemaVariant, provider: PrismaProject['provider']): string[] {
  if (provider !== 'postgresql' && provider !== 'cockroachdb') return [];
  const datasource = variant.files.flatMap(parsePsl).find(({ kind }) => kind === 'datasource');
  const { schemas = '[]', extensions = '[]' } = datasource?.settings ?? {};
  const named = listElements(schemas).map(stringValue);
  const ofExtensions = listElements(extensions).map((extension) => {
    const args = parseArguments(/\((.*)\)\s*$/s.exec(extension)?.[1] ?? '');
    return stringValue(args.find(({ name }) => name === 'schema')?.value);
  });
  const names = [...new Set([...named, ...ofExtensions])].filter((name) => name !== undefined);
  return names.map((name) => `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(name, provider)};`);
}

function join(parts: readonly string[]): string {
  const filled = parts.map((part) => part.trim()).filter((part) => part !== '');
  return filled.length === 0 ? '' : `${filled.join('\n\n')}\n`;
}
