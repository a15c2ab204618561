import { engineError } from './schema-engine-packages';
import type { EngineDatabase } from './schema-engine-packages';
import { postgresqlDatabase } from './schema-engine-postgresql';
import { sqliteDatabase } from './schema-engine-sqlite';

/** The database of a URL; paths in it, and packages, are looked up from `directory`, as in Prisma's CLI. */
export function openEngineDatabase(url: string, directory: string): EngineDatabase {
  if (url.startsWith('file:')) return sqliteDatabase(url, directory);
  if (/^postgres(?:ql)?:/.test(url)) return postgresqlDatabase(new URL(url), directory);
  throw engineError(
    undefined,
    `This schema engine is compiled to WebAssembly: it knows SQLite and PostgreSQL, not ${url.split(':')[0] ?? 'this'}. Use Prisma's own.`,
  );
}
