import { engineError } from './schema-engine-packages';
import type { EngineDatabase, EnginePlace } from './schema-engine-packages';
import { postgresqlDatabase } from './schema-engine-postgresql';
import { sqliteDatabase } from './schema-engine-sqlite';

/** The database of a URL; paths in it, and packages, are looked up as `place` says. */
export function openEngineDatabase(url: string, place: EnginePlace): EngineDatabase {
  if (url.startsWith('file:')) return sqliteDatabase(url, place);
  if (/^postgres(?:ql)?:/.test(url)) return postgresqlDatabase(new URL(url), place);
  throw engineError(
    undefined,
    `This schema engine is compiled to WebAssembly: it knows SQLite and PostgreSQL, not ${url.split(':')[0] ?? 'this'}. Use Prisma's own.`,
  );
}
