import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';
import { Client } from 'pg';
import { isPrismaTestError } from '../../../src/errors';
import type { PrismaTestError } from '../../../src/errors';
import { readSchemaFiles } from '../../../src/schema/schema-files';
import type { PrismaProject, SchemaFile, SchemaVariant, VariantOptions } from '../../../src/schema/schema-source';
import { createVariant } from '../../../src/schema/variant';

export const fixtures: string = path.resolve(__dirname, '../../fixtures/schemas');

const server = process.env['PRISMA_TEST_POSTGRESQL_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A project around schema files, without a config. */
export function projectOf(files: readonly SchemaFile[], rest: Partial<PrismaProject> = {}): PrismaProject {
  return {
    configFile: undefined,
    baseDir: '/x',
    files,
    provider: /provider\s*=\s*"(sqlite|postgresql|mysql)"/.exec(files.map(({ content }) => content).join('\n'))?.[1] as 'sqlite',
    url: undefined,
    generators: [],
    externalTables: [],
    externalEnums: [],
    viewsPath: undefined,
    migrationsPath: '/x/migrations',
    initShadowDb: undefined,
    seedCommand: undefined,
    ...rest,
  };
}

export function projectOfText(content: string, rest: Partial<PrismaProject> = {}): PrismaProject {
  return projectOf([{ path: '/x/schema.prisma', content }], rest);
}

/** The project of a fixture: a file, or a folder with `schema` and `views`. */
export function fixtureProject(name: string, rest: Partial<PrismaProject> = {}): PrismaProject {
  const fixture = path.join(fixtures, name);
  if (name.endsWith('.prisma')) return projectOf(readSchemaFiles(fixture), rest);
  return projectOf(readSchemaFiles(path.join(fixture, 'schema')), { viewsPath: path.join(fixture, 'views'), ...rest });
}

export function variantOf(project: PrismaProject, options: Partial<VariantOptions> = {}): SchemaVariant {
  return createVariant(project, { external: 'create', overlay: [], exclude: [], ...options });
}

/** Text of a variant, all files together. */
export function textOf(variant: SchemaVariant): string {
  return variant.files.map(({ content }) => content).join('\n');
}

/** Runs SQL in a SQLite database and returns the rows of a query. */
export function inSqlite(ddl: string, query: string, file = ':memory:'): unknown[] {
  const database = new Libsql(file);
  try {
    if (ddl !== '') database.exec(ddl);
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}

/** Runs `work` with a fresh PostgreSQL database, which is dropped afterwards. */
export async function withPostgresql<T>(work: (client: Client, url: string) => Promise<T>): Promise<T> {
  const name = `schema_chapter_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      return await work(client, url.href);
    } finally {
      await client.end();
    }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  }
}

/** The error that `work` throws, which must be one of ours with an entry in the documentation. */
export async function errorOf(work: () => unknown): Promise<PrismaTestError> {
  try {
    await work();
  } catch (error) {
    if (!isPrismaTestError(error)) throw error;
    const docs = path.resolve(__dirname, '../../../docs/errors');
    const text = readdirSync(docs)
      .map((file) => readFileSync(path.join(docs, file), 'utf8'))
      .join('\n');
    expect(text).toContain(`\`${error.code}\``);
    return error;
  }
  throw new Error('An error was expected.');
}
