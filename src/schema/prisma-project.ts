import { existsSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';
import { loadConfig } from './config-cache';
import { findProject, locateConfig } from './find-project';
import type { ProjectLocation } from './find-project';
import { emptyConfig } from './prisma-config';
import type { PrismaConfig } from './prisma-config';
import { parsePsl } from './psl';
import type { PslBlock } from './psl';
import { stringSetting } from './table-name';
import { readSchemaFiles } from './schema-files';
import type { ClientGenerator, PrismaProject } from './schema-source';

/** What decides which Prisma project is loaded. */
export interface LoadProjectOptions {
  /** Jest's root directory, absolute. */
  readonly rootDir: string;
  /** Option `config`, relative to the root directory. */
  readonly config?: string | undefined;
  /** Option `schema`, relative to the root directory. */
  readonly schema?: string | undefined;
  /** A folder for what configs evaluated to; without one every call evaluates. */
  readonly cacheDir?: string | undefined;
  /** The environment that a config's code sees: `process.env` itself, which `import 'dotenv/config'` adds to. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Loads the Prisma project of a root directory as Prisma's own CLI would find it there, or in the nearest folder above
 * that has one. Schema files are read on every call; a config is evaluated only when something that decides it changed.
 */
export async function loadPrismaProject(options: LoadProjectOptions): Promise<PrismaProject> {
  const location = locate(options);
  const { configFile, baseDir } = location;
  const config = configFile === undefined ? emptyConfig : await loadConfig(configFile, options.env, options.cacheDir);
  const schemaPath = resolveSchema(options, location, config);
  const files = readSchemaFiles(schemaPath);
  const schemaDir = files[0]?.path === schemaPath ? path.dirname(schemaPath) : schemaPath;
  const blocks = files.flatMap(parsePsl);
  return {
    configFile,
    baseDir,
    files,
    provider: readProvider(blocks, schemaPath),
    url: config.url,
    generators: blocks.flatMap(readGenerator),
    externalTables: config.externalTables,
    externalEnums: config.externalEnums,
    viewsPath: config.viewsPath ?? existing(path.join(schemaDir, 'views')),
    migrationsPath: config.migrationsPath ?? path.join(schemaDir, 'migrations'),
    initShadowDb: config.initShadowDb,
    seedCommand: config.seedCommand,
  };
}

function locate({ rootDir, config, schema }: LoadProjectOptions): ProjectLocation {
  if (config !== undefined) return locateConfig(rootDir, config);
  try {
    return findProject(rootDir);
  } catch (error) {
    // A schema that is named needs no project around it.
    if (schema === undefined) throw error;
    return { configFile: undefined, baseDir: rootDir, schemaPath: undefined };
  }
}

function resolveSchema(options: LoadProjectOptions, location: ProjectLocation, config: PrismaConfig): string {
  if (options.schema !== undefined) return path.resolve(options.rootDir, options.schema);
  const found = config.schema ?? location.schemaPath;
  if (found !== undefined) return found;
  throw createError({
    code: 'PRISMA_TEST_SCHEMA_NOT_FOUND',
    message: 'The Prisma config names no schema, and there is none in its default places.',
    facts: { config: location.configFile, searched: 'schema.prisma, prisma/schema.prisma' },
    cure: `add to the Prisma config:  schema: 'prisma/schema.prisma'\n(a file, or the folder of a multi-file schema)`,
  });
}

function readProvider(blocks: readonly PslBlock[], schemaPath: string): PrismaProject['provider'] {
  const provider = stringSetting(
    blocks.find((block) => block.kind === 'datasource'),
    'provider',
  );
  switch (provider) {
    case 'postgres':
    case 'postgresql':
      return 'postgresql';
    case 'sqlite':
    case 'mysql':
    case 'cockroachdb':
    case 'sqlserver':
    case 'mongodb':
      return provider;
    case undefined:
      throw createError({
        code: 'PRISMA_TEST_DATASOURCE_MISSING',
        message: 'The Prisma schema has no `datasource` block with a provider.',
        facts: { schema: schemaPath },
        cure: 'add to the schema:\ndatasource db {\n  provider = "postgresql"\n}',
      });
    default:
      throw createError({
        code: 'PRISMA_TEST_PROVIDER_UNKNOWN',
        message: `The datasource's provider is "${provider}", which Prisma 7 does not have.`,
        facts: { schema: schemaPath },
        cure: 'write one of "sqlite", "postgresql", "mysql"',
      });
  }
}

function readGenerator(block: PslBlock): ClientGenerator[] {
  if (block.kind !== 'generator') return [];
  const provider = stringSetting(block, 'provider');
  if (provider !== 'prisma-client-js' && provider !== 'prisma-client') return [];
  const output = stringSetting(block, 'output');
  const moduleFormat = stringSetting(block, 'moduleFormat');
  return [
    {
      name: block.name,
      provider,
      output: output === undefined ? undefined : path.resolve(path.dirname(block.file.path), output),
      moduleFormat: moduleFormat === 'cjs' || moduleFormat === 'esm' ? moduleFormat : undefined,
      importFileExtension: stringSetting(block, 'importFileExtension'),
    },
  ];
}

function existing(folder: string): string | undefined {
  return existsSync(folder) ? folder : undefined;
}
