import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from 'pg';
import { findPrismaCli, substituteEngine } from '../../../src/schema/prisma-cli';
import { pushWithCli } from '../../../src/schema/push-cli';
import type { PushWithCliOptions } from '../../../src/schema/push-cli';
import { createDdl, surroundings } from '../../../src/schema/push-engine';
import type { PrismaProject, SchemaVariant } from '../../../src/schema/schema-source';
import { errorOf, fixtureProject, inSqlite, projectOfText, variantOf, withPostgresql } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

const repository = path.resolve(__dirname, '../../..');
const clinic = fixtureProject('clinic', { externalTables: ['auth.accounts', 'auth.logins'], externalEnums: ['auth.account_level'] });

let folder: string;
let reports: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'schema-push-'));
  reports = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function push(project: PrismaProject, variant: SchemaVariant, targetUrl: string, rest: Partial<PushWithCliOptions> = {}): Promise<void> {
  return pushWithCli({
    project,
    variant,
    targetUrl,
    resolveFrom: [repository],
    env: process.env,
    report: (line) => reports.push(line),
    ...rest,
  });
}

/** Everything that PostgreSQL's catalog says of a database, as text. */
async function catalogOf(client: Client): Promise<string[]> {
  const query = async (sql: string): Promise<string[]> => (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
  const outside = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`;
  return [
    ...(await query(
      `SELECT concat_ws(' ', n.nspname, c.relname, c.relkind, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS line
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       WHERE ${outside} AND a.attnum > 0 AND c.relkind IN ('r', 'v', 'S') ORDER BY 1`,
    )),
    ...(await query(
      `SELECT concat_ws(' ', n.nspname, indexdef) AS line FROM pg_indexes JOIN pg_namespace n ON n.nspname = schemaname WHERE ${outside} ORDER BY 1`,
    )),
    ...(await query(
      `SELECT concat_ws(' ', n.nspname, conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS line
       FROM pg_constraint k JOIN pg_namespace n ON n.oid = connamespace WHERE ${outside} ORDER BY 1`,
    )),
    ...(await query(
      `SELECT concat_ws(' ', n.nspname, typname, enumsortorder, enumlabel) AS line
       FROM pg_enum JOIN pg_type t ON t.oid = enumtypid JOIN pg_namespace n ON n.oid = typnamespace ORDER BY 1`,
    )),
    ...(await query(
      `SELECT concat_ws(' ', n.nspname, extname) AS line FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace ORDER BY 1`,
    )),
    ...(await query(`SELECT n.nspname AS line FROM pg_namespace n WHERE ${outside} ORDER BY 1`)),
  ];
}

describe('the real `prisma db push` and the engine in process make the same catalog', () => {
  test.each<[string, PrismaProject]>([
    ['every attribute of PSL', fixtureProject('postgresql.prisma')],
    ['several files and schemas, external tables, views', clinic],
    [
      'a URL with a schema',
      projectOfText(
        'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id @default(autoincrement())\n  e E[]\n}\nenum E {\n  X\n}\n',
        { url: 'postgres://h/d?schema=mine' },
      ),
    ],
  ])('PostgreSQL: %s', async (_, project) => {
    const variant = variantOf(project);
    const engine = await withPostgresql(async (client) => {
      await client.query(await createDdl(variant, 'postgresql'));
      return catalogOf(client);
    });
    const cli = await withPostgresql(async (client, url) => {
      const { before, after } = surroundings(variant, 'postgresql');
      await client.query(before);
      await push(project, variant, `${url}?schema=${variant.defaultSchema ?? ''}`);
      await client.query(after);
      return catalogOf(client);
    });
    expect(cli).toEqual(engine);
    expect(cli.length).toBeGreaterThan(10);
  });

  test('SQLite: every attribute of PSL', async () => {
    const project = fixtureProject('sqlite.prisma');
    const variant = variantOf(project);
    const file = path.join(folder, 'test.db');
    await push(project, variant, `file:${file}`);
    const query = 'SELECT type, name, sql FROM sqlite_master ORDER BY type, name';
    expect(inSqlite('', query, file)).toEqual(inSqlite(await createDdl(variant, 'sqlite'), query));
  });
});

test('nothing is left behind, and our engine is used and named where there is no other', async () => {
  const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('jest-environment-prisma-push-'));
  const before = temporary();
  const project = projectOfText('datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n');
  const { PRISMA_SCHEMA_ENGINE_BINARY: _, ...env } = process.env;
  await push(project, variantOf(project), `file:${path.join(folder, 'test.db')}`, { env });
  expect(temporary()).toEqual(before);
  const substitution = [expect.stringContaining('schema-engine.cjs stands in for it')];
  expect(reports).toEqual(findPrismaCli([repository]).hasEngine ? [] : substitution);
});

describe('errors', () => {
  const bad = projectOfText('datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n  b Bear\n}\n');

  test("a schema that is not valid is shown with Prisma's output and the user's paths", async () => {
    const error = await errorOf(() => push(bad, variantOf(bad), `file:${path.join(folder, 'test.db')}`));
    expect(error.code).toBe('PRISMA_TEST_PUSH_FAILED');
    expect(error.message).toContain('Type "Bear" is neither a built-in type');
    expect(error.message).toContain('/x/schema.prisma:6');
    expect(error.message).not.toContain('000-schema');
  });

  test('a password never appears', async () => {
    const project = projectOfText('datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n');
    const error = await errorOf(() => push(project, variantOf(project), 'postgresql://u:hush%20hush@127.0.0.1:9/nowhere'));
    expect(error.message).toContain('P1001');
    expect(error.message).not.toMatch(/hush/);
  });

  test('data loss is never accepted', async () => {
    const file = path.join(folder, 'test.db');
    const project = projectOfText('datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n');
    inSqlite('CREATE TABLE precious (id int); INSERT INTO precious VALUES (1);', 'SELECT 1', file);
    const error = await errorOf(() => push(project, variantOf(project), `file:${file}`));
    expect(error.message).toContain('data loss');
    expect(inSqlite('', 'SELECT count(*) AS n FROM precious', file)).toMatchObject([{ n: 1 }]);
  });

  test('no CLI of version 7 is an error with the line to run', async () => {
    const error = await errorOf(() => findPrismaCli([folder]));
    expect(error.code).toBe('PRISMA_TEST_CLI_NOT_FOUND');
    expect(error.message).toContain('npm install --save-dev prisma@7');
  });

  test('the CLI of version 7 is found beside a Prisma 8', () => {
    const install = (name: string, files: Record<string, string>): void => {
      for (const [file, content] of Object.entries({ 'package.json': '{}', ...files })) {
        const target = path.join(folder, 'node_modules', name, file);
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
    };
    install('prisma', { 'dist/cli.js': '' });
    install('@prisma/prisma7', { 'build/index.js': '' });
    install('@prisma/engines', { 'schema-engine-debian-openssl-3.0.x': '' });
    const cli = findPrismaCli([folder]);
    expect(cli.script).toMatch(/prisma7[\\/]build[\\/]index\.js$/);
    expect(cli.hasEngine).toBe(true);
  });

  test('a broken engine is shown', async () => {
    const engine = path.join(folder, 'engine.cjs');
    writeFileSync(engine, '#!/usr/bin/env node\nconsole.error("no luck"); process.exit(3);\n');
    chmodSync(engine, 0o755);
    const project = projectOfText('datasource db {\n  provider = "sqlite"\n}\n');
    const error = await errorOf(() => push(project, variantOf(project), `file:${path.join(folder, 'test.db')}`, { engineBinary: engine }));
    expect(error.code).toBe('PRISMA_TEST_PUSH_FAILED');
  });
});

test('the executable of the manifest is an executable', () => {
  const file = substituteEngine() ?? '';
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
