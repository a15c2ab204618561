import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Libsql from 'libsql';
import { applyMigrations, readMigrations } from '../../../src/schema/migrations';
import { splitStatements } from '../../../src/schema/sql-statements';
import { errorOf, withPostgresql } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

const repository = path.resolve(__dirname, '../../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'schema-migrations-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(migrations: Record<string, string>): string {
  const root = path.join(folder, 'migrations');
  mkdirSync(root, { recursive: true });
  writeFileSync(path.join(root, 'migration_lock.toml'), 'provider = "sqlite"\n');
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(path.join(root, name), { recursive: true });
    writeFileSync(path.join(root, name, 'migration.sql'), sql);
  }
  return root;
}

const sqlite = { provider: 'sqlite', url: undefined, initShadowDb: undefined, configFile: undefined } as const;
const postgresql = { ...sqlite, provider: 'postgresql' } as const;

describe('reading', () => {
  test("in Prisma's order, with the checksums of the files", () => {
    const root = write({ '20260102_b': 'SELECT 2;\r\n', '20260101_a': 'SELECT 1;\n', '0_init': '' });
    expect(readMigrations(root).map(({ name }) => name)).toEqual(['0_init', '20260101_a', '20260102_b']);
    expect(readMigrations(root)[1]).toMatchObject({
      path: path.join(root, '20260101_a', 'migration.sql'),
      sql: 'SELECT 1;\n',
      checksum: createHash('sha256').update('SELECT 1;\n').digest('hex'),
    });
  });

  test('no migrations, and a folder without its file, are errors', async () => {
    expect((await errorOf(() => readMigrations(path.join(folder, 'nowhere')))).code).toBe('PRISMA_TEST_MIGRATIONS_MISSING');
    const root = write({ a: '' });
    mkdirSync(path.join(root, 'b'));
    expect((await errorOf(() => readMigrations(root))).message).toContain('The migration "b" has no `migration.sql`');
  });
});

describe('applying', () => {
  function sqliteTarget(file = ':memory:') {
    const database = new Libsql(file);
    return { database, url: `file:${file}`, execute: async (sql: string) => void database.exec(sql) };
  }

  test('`prisma migrate status` agrees with what was applied', async () => {
    const root = write({
      '1_a': `CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY); INSERT INTO "A" VALUES (1);`,
      "2_it's": 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)',
    });
    const file = path.join(folder, 'test.db');
    const target = sqliteTarget(file);
    await applyMigrations(target, { ...sqlite, initShadowDb: 'CREATE TABLE outside (id int);' }, readMigrations(root));
    expect(target.database.prepare('SELECT migration_name, applied_steps_count FROM _prisma_migrations').all()).toMatchObject([
      { migration_name: '1_a', applied_steps_count: 1 },
      { migration_name: "2_it's", applied_steps_count: 1 },
    ]);
    expect(target.database.prepare('SELECT count(*) AS n FROM outside').get()).toMatchObject({ n: 0 });
    target.database.close();

    writeFileSync(
      path.join(folder, 'schema.prisma'),
      'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\nmodel B {\n  id Int @id\n}\n',
    );
    writeFileSync(
      path.join(folder, 'prisma.config.mjs'),
      `export default { schema: 'schema.prisma', datasource: { url: 'file:./test.db' } };\n`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [require.resolve('prisma/build/index.js'), 'migrate', 'status'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        NO_COLOR: '1',
        PRISMA_SCHEMA_ENGINE_BINARY: path.join(repository, 'dist/schema-engine.cjs'),
        PRISMA_TEST_RESOLVE_FROM: repository,
      },
    });
    expect(`${stdout}\n${stderr}`).toContain('Database schema is up to date!');
  });

  test('PostgreSQL, with function bodies, in the schema of the URL', async () => {
    const root = write({
      '1_a': `CREATE TABLE "A" (id int);\nDO $$ BEGIN PERFORM 1; END $$;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1; $f$;`,
    });
    await withPostgresql(async (client, url) => {
      const target = { url, execute: async (sql: string) => void (await client.query(sql)) };
      await applyMigrations(target, { ...postgresql, url: 'postgres://h/d?schema=mine' }, readMigrations(root));
      const { rows } = await client.query(`SELECT migration_name FROM mine._prisma_migrations`);
      expect(rows).toEqual([{ migration_name: '1_a' }]);
    });
  });

  test('a failing migration is an error with file, line and statement', async () => {
    const root = write({
      '1_a': 'CREATE TABLE "A" (id int);',
      '2_b': '-- adds\nALTER TABLE "A" ADD COLUMN x int;\n\n-- wrong\nALTER TABLE "Nope"\n  ADD COLUMN y int;\nSELECT 1;\n',
    });
    const file = path.join(root, '2_b', 'migration.sql');
    const target = sqliteTarget();
    const onSqlite = await errorOf(() => applyMigrations(target, sqlite, readMigrations(root)));
    target.database.close();
    expect(onSqlite.code).toBe('PRISMA_TEST_MIGRATION_FAILED');
    expect(onSqlite.description.facts).toMatchObject({
      file: `${file}:5`,
      statement: expect.stringContaining('ALTER TABLE "Nope"') as string,
    });
  });

  test('the place of a failure is found on PostgreSQL, too', async () => {
    const root = write({ '1_a': 'CREATE TABLE "A" (id int);\nALTER TABLE "A"\n  ADD COLUMN y nothing;\nSELECT 1;\n' });
    await withPostgresql(async (client, url) => {
      const target = { url, execute: async (sql: string) => void (await client.query(sql)) };
      const error = await errorOf(() =>
        applyMigrations(target, { ...postgresql, url: 'postgres://h/d?schema=mine' }, readMigrations(root)),
      );
      expect(error.description.facts).toMatchObject({
        file: `${path.join(root, '1_a', 'migration.sql')}:3`,
        statement: 'ALTER TABLE "A"\n  ADD COLUMN y nothing',
      });
    });
  });
});

describe('statements of a script', () => {
  test('are split where no string, comment or body is', () => {
    const sql = `-- a;\nINSERT INTO a VALUES ('x;y', ";", \`;\`); /* ; */\n\n  DELETE FROM a; ;\n-- end;\n`;
    expect(splitStatements(sql).map(({ text, start }) => [text.slice(0, 11), sql.slice(start, start + 3)])).toEqual([
      ['-- a;\nINSER', '-- '],
      ['/* ; */\n\n  ', '/* '],
    ]);
    const trigger = 'CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END; SELECT 1;';
    expect(splitStatements(trigger)).toEqual([{ text: trigger, start: 0 }]);
  });
});
