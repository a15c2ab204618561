import { readFile } from 'node:fs/promises';
import type { ResolvedOptions } from '../options';
import { printSchema } from '../schema/print-schema';
import type { PrismaProject } from '../schema/schema-source';
import { createVariant } from '../schema/variant';
import { createTiming } from '../timing-recorder';
import { openTestDatabase, type TestDatabase } from './test-database';

/** A database of the options as a command shows it. */
export interface InspectedDatabase {
  readonly name: string;
  readonly project: PrismaProject;
  /** The test-only schema variant and its DDL, as text for people. */
  print(): Promise<{ readonly schema: string; readonly ddl: string }>;
  /** Removes leftovers and templates that nobody uses; resolves to the names of what was removed. */
  clean(): Promise<readonly string[]>;
}

/** Looks at every database of the options without building or leasing anything. `.env` files must be loaded already. */
export async function inspectDatabases(options: ResolvedOptions, report: (line: string) => void): Promise<readonly InspectedDatabase[]> {
  const { rootDir, cacheDir } = options;
  const context = { rootDir, cacheDir, timing: createTiming(report), report };
  const databases = await Promise.all(options.databases.map((database) => openTestDatabase(database.name, database, context)));
  return databases.map((database) => inspect(database, rootDir));
}

function inspect(database: TestDatabase, rootDir: string): InspectedDatabase {
  const { name, project, options, provider } = database;
  return {
    name,
    project,
    async print() {
      const overlay = await Promise.all(options.overlay.map(async (path) => ({ path, content: await readFile(path, 'utf8') })));
      return printSchema(project, createVariant(project, { external: options.external, overlay, exclude: options.exclude }), rootDir);
    },
    async clean() {
      try {
        return await provider.clean();
      } finally {
        await database.close();
      }
    },
  };
}
