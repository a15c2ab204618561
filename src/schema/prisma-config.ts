import path from 'node:path';
import { createError } from '../errors';
import { nodeRequire } from './node-require';
import { ownRequire } from './own-package';

/** What tests need of a Prisma config: plain data, paths absolute. */
export interface PrismaConfig {
  readonly schema: string | undefined;
  readonly url: string | undefined;
  readonly migrationsPath: string | undefined;
  readonly initShadowDb: string | undefined;
  readonly seedCommand: string | undefined;
  readonly viewsPath: string | undefined;
  readonly externalTables: readonly string[];
  readonly externalEnums: readonly string[];
}

/** The config of a project without a config file. */
export const emptyConfig: PrismaConfig = {
  schema: undefined,
  url: undefined,
  migrationsPath: undefined,
  initShadowDb: undefined,
  seedCommand: undefined,
  viewsPath: undefined,
  externalTables: [],
  externalEnums: [],
};

/** The part of `@prisma/config` that is used. */
interface ConfigPackage {
  loadConfigFromFile(input: { configFile: string; configRoot: string }): Promise<{
    readonly config?: LoadedConfig;
    readonly error?: { readonly _tag: string; readonly error?: Error };
  }>;
}

interface LoadedConfig {
  readonly schema?: string;
  readonly datasource?: { readonly url?: string };
  readonly migrations?: { readonly path?: string; readonly initShadowDb?: string; readonly seed?: string };
  readonly views?: { readonly path?: string };
  readonly tables?: { readonly external?: readonly string[] };
  readonly enums?: { readonly external?: readonly string[] };
}

const placeholder = 'prisma-test-unset:';

/**
 * Evaluates a config file with the project's own `@prisma/config`. A variable that `env()` misses does not fail it:
 * tests need no database URL of the user's, so whatever depends on one is `undefined`. `env` must be the environment
 * that the config's own code sees; it is left as it was, but for what that code sets itself (dotenv).
 */
export async function evaluateConfig(configFile: string, env: NodeJS.ProcessEnv): Promise<PrismaConfig> {
  const directory = path.dirname(configFile);
  const loader = nodeRequire(directory)(resolveConfigPackage(directory)) as ConfigPackage;
  const missing = new Set<string>();
  try {
    for (;;) {
      const { config, error } = await loader.loadConfigFromFile({ configFile, configRoot: directory });
      if (config !== undefined) return readConfig(config);
      const message = error?.error?.message ?? error?._tag ?? 'unknown error';
      const name = /Cannot resolve environment variable: (.+?)\.(?:\s|$)/.exec(message)?.[1];
      if (name === undefined || missing.has(name)) throw invalidConfig(configFile, message, error?.error);
      missing.add(name);
      env[name] = placeholder + name;
    }
  } finally {
    for (const name of missing) delete env[name];
  }
}

/** The main file of the `@prisma/config` that evaluates the configs of a folder: the project's own, else ours. */
export function resolveConfigPackage(directory: string): string {
  const require = nodeRequire(directory);
  // pnpm hides it behind the package that depends on it.
  const owners = ['prisma/package.json', '@prisma/prisma7/package.json'].map((owner) => resolve(require, owner));
  const behind = owners.map((owner) => owner && resolve(nodeRequire(path.dirname(owner)), '@prisma/config'));
  const found = [...behind, resolve(require, '@prisma/config')].find((file) => file !== undefined);
  return found ?? ownRequire().resolve('@prisma/config');
}

function resolve(require: NodeJS.Require, specifier: string): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}

function readConfig(config: LoadedConfig): PrismaConfig {
  const known = (value: string | undefined): string | undefined => (value?.includes(placeholder) ? undefined : value);
  return {
    schema: known(config.schema),
    // Prisma's CLI treats an empty URL as none, too.
    url: known(config.datasource?.url) || undefined,
    migrationsPath: known(config.migrations?.path),
    initShadowDb: known(config.migrations?.initShadowDb),
    seedCommand: known(config.migrations?.seed),
    viewsPath: known(config.views?.path),
    externalTables: config.tables?.external ?? [],
    externalEnums: config.enums?.external ?? [],
  };
}

function invalidConfig(configFile: string, message: string, cause: Error | undefined): Error {
  return createError({
    code: 'PRISMA_TEST_CONFIG_INVALID',
    message: `The Prisma config cannot be loaded: ${message.trim()}`,
    facts: { config: configFile },
    cure: 'make `npx prisma validate` pass; it loads the same file in the same way',
    cause,
  });
}
