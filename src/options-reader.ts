import { existsSync } from 'node:fs';
import path from 'node:path';
import { createError } from './errors';
import type { DatabaseOptions, EnvironmentOptions, OptionsContext, ResolvedDatabaseOptions, ResolvedOptions } from './options';
import { nearestName } from './options-nearest';
import * as read from './options-values';
import type { OptionValue, ValueReader } from './options-values';

/** How each option of a database is read. The compiler holds this table complete. */
const databaseReaders = {
  config: read.existingPath,
  schema: read.existingPath,
  client: read.moduleExport,
  adapter: read.modulePath,
  url: read.text,
  external: readExternal,
  overlay: read.existingPaths,
  exclude: read.names,
  sql: read.existingPaths,
  source: read.oneOf('push', 'migrations', 'sql'),
  push: read.oneOf('auto', 'engine', 'cli'),
  seed: read.seed,
  isolation: read.oneOf('transaction', 'truncate', 'clone', 'none'),
  access: read.oneOf('allow', 'deny'),
  log: read.oneOf('failed', 'all', 'none'),
  env: read.names,
  passthrough: read.flag,
} satisfies { readonly [K in keyof Required<DatabaseOptions>]: ValueReader<ResolvedDatabaseOptions[K]> };

const environmentReaders = {
  baseEnvironment: read.packageOrPath,
  baseEnvironmentOptions: read.record,
  timing: read.flag,
  cacheDir: read.anyPath,
  databases: read.record,
} satisfies { readonly [K in Exclude<keyof EnvironmentOptions, keyof DatabaseOptions>]-?: ValueReader<unknown> };

/**
 * What Jest's own environments document as `testEnvironmentOptions`: handed on to the base environment from here as
 * well, so that a docblock or a shared config goes on working. jsdom's `url` alone cannot be: it is a database's here.
 */
const baseKeys = [
  'customExportConditions',
  'exportConditions',
  'globalsCleanup',
  'html',
  'pretendToBeVisual',
  'resources',
  'runScripts',
  'userAgent',
];

const where = 'testEnvironmentOptions';

/**
 * Reads `testEnvironmentOptions` strictly: an unknown key, a wrong type or a file that is not there is an error that
 * names the nearest valid name or the line to write. The result is frozen and complete.
 */
export function readOptions(raw: unknown, context: OptionsContext): ResolvedOptions {
  const { rootDir, env = {} } = context;
  const given = read.record({ value: raw ?? {}, key: where, holder: 'the Jest config', rootDir });
  refuseUnknown(given, where, [...Object.keys(databaseReaders), ...Object.keys(environmentReaders), ...baseKeys]);
  refuseJsdomUrl(given);
  const value = <T>(key: keyof typeof environmentReaders, reader: ValueReader<T>): T | undefined =>
    readKey(given, key, where, rootDir, reader);

  const first = readDatabase('default', given, where, rootDir, undefined);
  const others = Object.entries(value('databases', read.record) ?? {}).map(([name, options]) => readFurther(name, options, rootDir, first));
  return deepFreeze<ResolvedOptions>({
    rootDir,
    cacheDir: value('cacheDir', read.anyPath) ?? defaultCacheDir(rootDir, env['PRISMA_TEST_CACHE_DIR']),
    timing: value('timing', read.flag) ?? !['', '0', 'false', undefined].includes(env['PRISMA_TEST_TIMING']),
    baseEnvironment: value('baseEnvironment', read.packageOrPath) ?? 'node',
    baseOptions: { ...pick(given, baseKeys), ...value('baseEnvironmentOptions', read.record) },
    databases: [first, ...others],
  });
}

function readFurther(name: string, raw: unknown, rootDir: string, first: ResolvedDatabaseOptions): ResolvedDatabaseOptions {
  const holder = `${where}.databases.${name}`;
  if (!/^[A-Za-z_][\w-]*$/.test(name) || name === 'default') {
    const why =
      name === 'default'
        ? 'is the name of the first database, whose options stand one level up'
        : 'is no name for a database (letters, digits, - and _)';
    const message = `Wrong type of option: the key \`${name}\` in ${where}.databases ${why}.`;
    throw createError({ code: 'PRISMA_TEST_OPTION_TYPE', message, cure: 'name it after what it holds: `databases: { service: { … } }`' });
  }
  const given = read.record({ value: raw, key: name, holder: `${where}.databases`, rootDir });
  refuseUnknown(given, holder, Object.keys(databaseReaders));
  return readDatabase(name, given, holder, rootDir, first);
}

/** A further database follows the first one in how tests treat it, and in nothing that says what it is. */
function readDatabase(
  name: string,
  given: Readonly<Record<string, unknown>>,
  holder: string,
  rootDir: string,
  first: ResolvedDatabaseOptions | undefined,
): ResolvedDatabaseOptions {
  const get = <K extends keyof typeof databaseReaders>(key: K): ReturnType<(typeof databaseReaders)[K]> | undefined =>
    readKey(given, key, holder, rootDir, databaseReaders[key] as ValueReader<ReturnType<(typeof databaseReaders)[K]>>);
  return {
    name,
    config: get('config'),
    schema: get('schema'),
    client: get('client'),
    adapter: get('adapter'),
    url: get('url'),
    external: get('external') ?? 'create',
    overlay: get('overlay') ?? [],
    exclude: get('exclude') ?? [],
    sql: get('sql') ?? [],
    source: get('source') ?? 'push',
    push: get('push') ?? 'auto',
    seed: get('seed') ?? false,
    isolation: get('isolation') ?? first?.isolation ?? 'transaction',
    access: get('access') ?? first?.access ?? 'allow',
    log: get('log') ?? first?.log ?? 'failed',
    env: get('env') ?? [],
    passthrough: get('passthrough') ?? first?.passthrough ?? false,
  };
}

function readExternal(option: OptionValue): ResolvedDatabaseOptions['external'] {
  if (!read.isRecord(option.value)) return read.oneOf('create', 'omit')(option);
  const holder = `${option.holder}.${option.key}`;
  refuseUnknown(option.value, holder, ['create', 'omit']);
  const list = (key: 'create' | 'omit'): readonly string[] =>
    readKey(option.value as Record<string, unknown>, key, holder, option.rootDir, read.names) ?? [];
  return { create: list('create'), omit: list('omit') };
}

function readKey<T>(
  given: Readonly<Record<string, unknown>>,
  key: string,
  holder: string,
  rootDir: string,
  reader: ValueReader<T>,
): T | undefined {
  const value = given[key];
  return value === undefined ? undefined : reader({ value, key, holder, rootDir });
}

function refuseUnknown(given: Readonly<Record<string, unknown>>, holder: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw createError({
    code: 'PRISMA_TEST_OPTION_UNKNOWN',
    message: `Unknown option \`${unknown}\` in ${holder}.`,
    facts: { known: known.toSorted().join(', ') },
    cure:
      nearest === undefined
        ? 'take it out, or move it to `baseEnvironmentOptions` if it is meant for the base environment'
        : `write \`${nearest}\``,
  });
}

function refuseJsdomUrl(given: Readonly<Record<string, unknown>>): void {
  const { url } = given;
  if (given['baseEnvironment'] !== 'jsdom' || typeof url !== 'string' || !/^https?:/.test(url)) return;
  throw createError({
    code: 'PRISMA_TEST_OPTION_TYPE',
    message: `Wrong type of option: \`url\` in ${where} is the server for the test databases, but it is a page's address, '${url}'.`,
    cure: `write \`baseEnvironmentOptions: { url: '${url}' }\` to give it to jsdom`,
  });
}

/** The cache of the package that the root directory belongs to (`rootDir` may be its `src`). */
function defaultCacheDir(rootDir: string, override: string | undefined): string {
  if (override !== undefined && override !== '') return path.resolve(rootDir, override);
  let folder = rootDir;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) return path.join(rootDir, 'node_modules', '.cache', 'jest-environment-prisma');
    folder = parent;
  }
  return path.join(folder, 'node_modules', '.cache', 'jest-environment-prisma');
}

function pick(given: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => keys.includes(key) && value !== undefined));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  // Only what this file made: objects of the user (a base environment's options) stay as they are.
  for (const [key, inner] of Object.entries(value)) if (key !== 'baseOptions') deepFreeze(inner);
  return Object.freeze(value);
}
