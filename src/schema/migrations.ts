import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';
import type { TemplateTarget } from '../providers/provider';
import { createMigrationsTable, recordMigration } from './migrations-table';
import type { PrismaProject } from './schema-source';
import { lineOfPosition, splitStatements } from './sql-statements';
import { defaultSchemaOf, quoteIdentifier } from './table-name';

/** One migration: a folder with a `migration.sql`. */
export interface Migration {
  /** The folder's name. */
  readonly name: string;
  /** The SQL file. */
  readonly path: string;
  readonly sql: string;
  /** SHA-256 of the file in hex, as `migrate deploy` records it. */
  readonly checksum: string;
}

/** Migrations of a folder in the order in which Prisma applies them. Throws `PRISMA_TEST_MIGRATIONS_MISSING`. */
export function readMigrations(migrationsPath: string): Migration[] {
  const names = existsSync(migrationsPath)
    ? readdirSync(migrationsPath, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  const migrations = names
    .toSorted((a, b) => a.localeCompare(b))
    .map((name) => readMigration(name, path.join(migrationsPath, name, 'migration.sql')));
  if (migrations.length > 0) return migrations;
  throw createError({
    code: 'PRISMA_TEST_MIGRATIONS_MISSING',
    message: `The option \`source: 'migrations'\` is set, but there are no migrations.`,
    facts: { migrations: migrationsPath },
    cure: `make one with  npx prisma migrate dev,  or leave the option out: the schema itself is pushed then`,
  });
}

function readMigration(name: string, file: string): Migration {
  if (!existsSync(file)) {
    throw createError({
      code: 'PRISMA_TEST_MIGRATIONS_MISSING',
      message: `The migration "${name}" has no \`migration.sql\`.`,
      facts: { file },
      cure: 'restore the file, or remove the folder; `npx prisma migrate status` refuses it, too',
    });
  }
  const content = readFileSync(file);
  return { name, path: file, sql: content.toString('utf8'), checksum: createHash('sha256').update(content).digest('hex') };
}

/**
 * Applies migrations to an empty database, as `prisma migrate deploy` would: `_prisma_migrations` says the same, so that
 * `prisma migrate status` agrees. `initShadowDb` runs first, because it makes the external tables that migrations refer to.
 * Throws `PRISMA_TEST_MIGRATION_FAILED` with file, line and statement.
 */
export async function applyMigrations(
  target: TemplateTarget,
  project: Pick<PrismaProject, 'provider' | 'url' | 'initShadowDb' | 'configFile'>,
  migrations: readonly Migration[],
): Promise<void> {
  const { provider } = project;
  const schema = defaultSchemaOf(project);
  const quoted = schema === undefined || schema === 'public' ? undefined : quoteIdentifier(schema, provider);
  if (quoted !== undefined) await target.execute(`CREATE SCHEMA IF NOT EXISTS ${quoted}`);
  // Unqualified names mean the URL's schema; each script says so, because it may get a connection of its own.
  const prefix = quoted === undefined ? '' : `SET search_path TO ${quoted}; `;

  const run = async (sql: string, file: string): Promise<void> => {
    // PostgreSQL tells the place of an error; with the others, the statement that fails is the place.
    const whole = provider === 'postgresql' || provider === 'cockroachdb';
    for (const { text, start } of whole ? [{ text: sql, start: 0 }] : splitStatements(sql)) {
      try {
        await target.execute(prefix + text);
      } catch (error) {
        throw failed(error, sql, file, start - (whole ? prefix.length : 0), text);
      }
    }
  };
  if (project.initShadowDb !== undefined && project.initShadowDb.trim() !== '') {
    await run(project.initShadowDb, `${project.configFile ?? 'prisma.config'} (migrations.initShadowDb)`);
  }
  await target.execute(prefix + createMigrationsTable(provider));
  for (const migration of migrations) {
    const started = new Date();
    await run(migration.sql, migration.path);
    await target.execute(prefix + recordMigration(provider, { ...migration, id: randomUUID(), started, finished: new Date() }));
  }
}

function failed(error: unknown, sql: string, file: string, offset: number, statement: string): Error {
  // Prisma's adapters keep the database's own words in the cause.
  const { message: text = String(error), position, cause } = error as DriverError;
  const message = cause?.originalMessage ?? text;
  const at = position === undefined ? offset : offset + Number(position);
  const known = position !== undefined || statement !== sql;
  const near = splitStatements(sql).findLast(({ start }) => start <= at)?.text ?? statement;
  return createError({
    code: 'PRISMA_TEST_MIGRATION_FAILED',
    message: `A migration failed: ${message}`,
    facts: {
      file: known ? `${file}:${lineOfPosition(sql, at)}` : file,
      statement: known ? shorten(near) : undefined,
    },
    cure: 'correct the migration; what it expects of an outside world belongs into `migrations.initShadowDb` of the Prisma config',
    cause: error,
  });
}

interface DriverError {
  readonly message?: string;
  readonly position?: number | string;
  readonly cause?: { readonly originalMessage?: string };
}

function shorten(statement: string): string {
  const text = statement.trim();
  return text.length > 400 ? `${text.slice(0, 400)} …` : text;
}
