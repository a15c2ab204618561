import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';

/** Where a Prisma project is: its config file, or, without one, its schema. Absolute paths. */
export interface ProjectLocation {
  readonly configFile: string | undefined;
  /** Folder that everything else is relative to. */
  readonly baseDir: string;
  /** Schema found by default place; `undefined` when the config may name it. */
  readonly schemaPath: string | undefined;
}

/** In the order in which Prisma tries them. */
const extensions = ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts'];
const configBases = ['prisma7.config', '.config/prisma7', 'prisma.config', '.config/prisma', '.config/prisma.config'];
const schemaPlaces = ['schema.prisma', 'prisma/schema.prisma'];

/**
 * Finds the Prisma project of a root directory: there, else in the nearest folder above it that has one, up to the
 * repository's root. Throws `PRISMA_TEST_PROJECT_NOT_FOUND` with the places it looked at.
 */
export function findProject(rootDir: string): ProjectLocation {
  const searched: string[] = [];
  for (let folder = rootDir; ; folder = path.dirname(folder)) {
    searched.push(folder);
    const configFile = findConfigFile(folder);
    const schemaPath = findSchema(folder);
    if (configFile !== undefined) return { configFile, baseDir: path.dirname(configFile), schemaPath };
    if (schemaPath !== undefined) return { configFile: undefined, baseDir: folder, schemaPath };
    if (isRepositoryRoot(folder) || folder === path.dirname(folder)) break;
  }
  throw notFound(rootDir, searched);
}

/** The location for the option `config`; throws `PRISMA_TEST_CONFIG_NOT_FOUND` where there is no such file. */
export function locateConfig(rootDir: string, config: string): ProjectLocation {
  const configFile = path.resolve(rootDir, config);
  const stats = statSync(configFile, { throwIfNoEntry: false });
  const found = stats?.isDirectory() ? findConfigFile(configFile) : stats && configFile;
  if (found === undefined) {
    const near = findConfigFile(path.dirname(configFile)) ?? findBelow(rootDir)[0];
    throw createError({
      code: 'PRISMA_TEST_CONFIG_NOT_FOUND',
      message: 'The option `config` names a Prisma config file that does not exist.',
      facts: { config: configFile },
      cure: near === undefined ? 'correct the path' : `write  config: '${relative(rootDir, near)}'`,
    });
  }
  const baseDir = path.dirname(found);
  return { configFile: found, baseDir, schemaPath: findSchema(baseDir) };
}

/** Prisma's config file in a folder, if there is one. */
export function findConfigFile(folder: string): string | undefined {
  const candidates = configBases.flatMap((base) => extensions.map((extension) => path.join(folder, base + extension)));
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

function findSchema(folder: string): string | undefined {
  return schemaPlaces.map((place) => path.join(folder, place)).find((file) => existsSync(file));
}

function isRepositoryRoot(folder: string): boolean {
  if (existsSync(path.join(folder, '.git')) || existsSync(path.join(folder, 'pnpm-workspace.yaml'))) return true;
  try {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as object;
    return 'workspaces' in manifest;
  } catch {
    return false;
  }
}

function notFound(rootDir: string, searched: readonly string[]): Error {
  const [below] = findBelow(rootDir);
  const option = below !== undefined && path.extname(below) === '.prisma' ? 'schema' : 'config';
  const example = below === undefined ? './path/to/prisma.config.ts' : relative(rootDir, below);
  return createError({
    code: 'PRISMA_TEST_PROJECT_NOT_FOUND',
    message: 'No Prisma project was found: neither a prisma.config file nor a schema in its default place.',
    facts: {
      searched: searched.join('\n'),
      for: `prisma.config.{ts,js,mjs,cjs,mts,cts}, .config/prisma.*, ${schemaPlaces.join(', ')}`,
    },
    cure: `say where it is, in the Jest config:\ntestEnvironmentOptions: { ${option}: '${example}' }`,
  });
}

/** Prisma projects one or two folders below: what a user most likely means when Jest's root is a repository's root. */
function findBelow(rootDir: string): string[] {
  const folders = (folder: string): string[] => {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        .map((entry) => path.join(folder, entry.name));
    } catch {
      return [];
    }
  };
  const near = folders(rootDir);
  return [...near, ...near.flatMap(folders)]
    .map((folder) => findConfigFile(folder) ?? findSchema(folder))
    .filter((file) => file !== undefined);
}

function relative(rootDir: string, file: string): string {
  const posix = path.relative(rootDir, file).split(path.sep).join('/');
  return posix.startsWith('.') ? posix : `./${posix}`;
}
