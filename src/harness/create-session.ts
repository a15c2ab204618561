import { existsSync } from 'node:fs';
import path from 'node:path';
import { createPackageLoader } from '../database/package-loader';
import { createError, type PrismaTestError } from '../errors';
import type { ClientGenerator } from '../schema/schema-source';
import type { ModuleFile, Session, SessionDatabase } from '../session';
import type { FileState } from './file-run';
import { joinClient, placeholderAdapter } from './join-client';
import { adapterFactories, outsideConnection } from './outside-connection';
import { createSessionScopes } from './session-scopes';
import type { TestDatabase } from './test-database';
import { lostWrites, watchQueries } from './write-watch';

/** What is kept between files because it is costly to make and belongs to no realm. */
const kept = new Map<string, Promise<unknown>>();

/** The session that a test file's realm works with. */
export function createSession(file: FileState): Session {
  const { databases } = file;
  return Object.freeze<Session>({
    databases: Object.fromEntries(databases.map((database) => [database.name, describe(file, database)])),
    ...modulesOf(databases),
    recordAdapter(factory, constructorArguments) {
      for (const database of databases) database.inner.record(factory, constructorArguments);
    },
    outsideConnection: (adapterName) => outsideConnection(databases, adapterName),
    join: (facts, adapter) => joinClient(file, facts, adapter),
    keep<T>(key: string, make: () => Promise<T>): Promise<T> {
      const made = (kept.get(key) as Promise<T> | undefined) ?? make();
      kept.set(key, made);
      made.catch(() => kept.delete(key));
      return made;
    },
    isolate: (mode) => file.isolate(mode),
    scopes: createSessionScopes(file),
    lostWrites: () => lostWrites(file.sandboxes()),
    watchQueries: (listener) => watchQueries(file.sandboxes(), listener),
  });
}

function describe(file: FileState, database: TestDatabase): SessionDatabase {
  const { name, options, prepared, project } = database;
  const generator = project.generators[0];
  return Object.freeze<SessionDatabase>({
    name,
    get url() {
      return prepared?.isolation.url ?? '';
    },
    appClient: options.client && { module: options.client.path, exportName: options.client.name },
    generatedClient: generator && clientModule(generator, project.baseDir),
    clientMissing: () => clientMissing(database),
    adapter: placeholderAdapter(file, database),
  });
}

/** Where a generator puts the module that exports the client. */
function clientModule(generator: ClientGenerator, baseDir: string): NonNullable<SessionDatabase['generatedClient']> {
  const { output, provider, moduleFormat } = generator;
  if (output === undefined) {
    const module = createPackageLoader([baseDir]).resolve('@prisma/client') ?? '@prisma/client';
    return { module, mayBeEsModule: false };
  }
  const isTypeScript = provider === 'prisma-client';
  return { module: path.join(output, isTypeScript ? 'client' : 'index.js'), mayBeEsModule: isTypeScript && moduleFormat !== 'cjs' };
}

type Modules = Pick<Session, 'runtimes' | 'adapters'>;
const modules = new WeakMap<TestDatabase, { readonly databases: readonly TestDatabase[]; readonly found: Modules }>();

/** The modules that are watched in a test file's realm. Looking for packages that are not there takes time: once is enough. */
function modulesOf(databases: readonly TestDatabase[]): Modules {
  const [first] = databases;
  const known = first && modules.get(first);
  if (known && known.databases.length === databases.length && known.databases.every((each, index) => each === databases[index]))
    return known.found;
  const { resolveAll } = createPackageLoader([...new Set(databases.flatMap((database) => database.resolveFrom))]);
  const found: Modules = {
    runtimes: runtimeFiles(databases, resolveAll),
    adapters: adapterFactories.flatMap(({ name, exportName }) => resolveAll(name).map((file) => ({ ...withEsModule(file), exportName }))),
  };
  if (first) modules.set(first, { databases, found });
  return found;
}

/** Every copy of the client's runtime that the project can reach, the ones beside generated clients included. */
function runtimeFiles(databases: readonly TestDatabase[], resolveAll: (name: string) => readonly string[]): ModuleFile[] {
  const beside = databases
    .flatMap((database) => database.project.generators)
    .flatMap(({ output }) => (output === undefined ? [] : [path.join(output, 'runtime', 'client.js')]));
  const files = [...resolveAll('@prisma/client/runtime/client.js'), ...beside.flatMap((file) => resolveAll(file))];
  return [...new Set(files)].map(withEsModule);
}

/** Both of Prisma's forms of a module stand beside each other. */
function withEsModule(file: string): ModuleFile {
  const esModule = file.replace(/\.js$/, '.mjs');
  return { file, esModule: esModule !== file && existsSync(esModule) ? esModule : undefined };
}

function clientMissing({ name, project }: TestDatabase): PrismaTestError {
  const [generator] = project.generators;
  return createError({
    code: 'PRISMA_TEST_CLIENT_MISSING',
    message: generator
      ? `The Prisma client of database '${name}' has not been generated.`
      : `The schema of database '${name}' has no generator for a Prisma client.`,
    facts: { schema: project.files[0]?.path, output: generator?.output },
    cure: generator
      ? 'npx prisma generate'
      : 'add to the schema:\ngenerator client {\n  provider = "prisma-client"\n  output   = "../src/generated/prisma"\n}',
  });
}
