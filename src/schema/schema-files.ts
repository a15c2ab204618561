import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';
import type { SchemaFile } from './schema-source';

/**
 * The files of a schema, sorted by path: the file itself, or every `*.prisma` file in the folder and its subfolders
 * (links followed, each folder once), as Prisma reads it.
 */
export function readSchemaFiles(schemaPath: string): SchemaFile[] {
  const stats = statSync(schemaPath, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw createError({
      code: 'PRISMA_TEST_SCHEMA_NOT_FOUND',
      message: 'The Prisma schema is not where the configuration says: there is no such file or folder.',
      facts: { schema: schemaPath },
      cure: `correct \`schema\` in prisma.config.ts, or the option \`schema\` in testEnvironmentOptions`,
    });
  }
  const paths = stats.isDirectory() ? listSchemaFiles(schemaPath, new Set()).toSorted() : [schemaPath];
  if (paths.length === 0) {
    throw createError({
      code: 'PRISMA_TEST_SCHEMA_NOT_FOUND',
      message: 'The Prisma schema is a folder without any `.prisma` file.',
      facts: { schema: schemaPath },
      cure: 'put the schema there, or correct `schema` in prisma.config.ts',
    });
  }
  return paths.map((file) => ({ path: file, content: readFileSync(file, 'utf8') }));
}

function listSchemaFiles(folder: string, seen: Set<string>): string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return listSchemaFiles(file, seen);
    return stats?.isFile() && path.extname(name) === '.prisma' ? [file] : [];
  });
}
