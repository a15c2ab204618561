import { createDdl, supportsEngine, validateSchema } from '../../../src/schema/push-engine';
import { errorOf, fixtureProject, inSqlite, projectOfText, variantOf, withPostgresql } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

const sqlite = 'datasource db {\n  provider = "sqlite"\n}\n';

test('every attribute of PSL arrives in SQLite', async () => {
  const ddl = await createDdl(variantOf(fixtureProject('sqlite.prisma')), 'sqlite');
  const rows = inSqlite(ddl, `SELECT type, count(*) AS n FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' GROUP BY type ORDER BY type`);
  // 8 models, a join table, and the view that is made a table.
  expect(rows).toMatchObject([
    { type: 'index', n: 8 },
    { type: 'table', n: 10 },
  ]);
});

test('every attribute of PSL arrives in PostgreSQL, with schemas that hold no table and schemas of extensions', async () => {
  const project = fixtureProject('postgresql.prisma', {
    externalTables: ['auth.session', 'auth.users'],
    externalEnums: ['auth.Role names'],
  });
  const ddl = await createDdl(variantOf(project), 'postgresql');
  await withPostgresql(async (client) => {
    await client.query(ddl);
    const tables = await client.query(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    expect(tables.rows.map(({ name }: { name: string }) => name)).toEqual([
      'auth._friends',
      'auth.session',
      'auth.users',
      'public.Legacy',
      'public.Post',
      'public.Types',
      'public._PostToTag',
      'stats.Tag',
      'stats.post_count',
    ]);
    const schemas = await client.query(`SELECT nspname FROM pg_namespace WHERE nspname IN ('empty one', 'ext')`);
    expect(schemas.rowCount).toBe(2);
    const keys = await client.query(`SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = 'auth.session'`);
    expect(keys.rows).toEqual([{ conname: 'session_user_id_fkey' }]);
  });
});

test('views are made after the tables and after the views that they read', async () => {
  const ddl = await createDdl(variantOf(fixtureProject('clinic', { externalTables: ['auth.accounts', 'auth.logins'] })), 'postgresql');
  expect(ddl.indexOf('-- CreateView VisitsByDay')).toBeLessThan(ddl.indexOf('-- CreateView BusyDays'));
  await withPostgresql(async (client) => {
    await client.query(ddl);
    await client.query(`
      INSERT INTO auth.accounts (email) VALUES ('a@b.c');
      INSERT INTO patients (name, "accountId") VALUES ('Ada', 1);
      INSERT INTO "Visit" (day, "patientId") VALUES ('2026-01-01', 1), ('2026-01-01', 1), ('2026-01-02', 1);
      INSERT INTO stats."Report" ("patientId") VALUES (7);
    `);
    const busy = await client.query(`SELECT day::text FROM stats."BusyDays"`);
    expect(busy.rows).toEqual([{ day: '2026-01-01' }]);
  });
});

test('the tables of a URL with `?schema=` go into that schema', async () => {
  const project = projectOfText('datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n  e E\n}\nenum E {\n  X\n}\n', {
    url: 'postgresql://u:p@h/db?schema=the+one',
  });
  const ddl = await createDdl(variantOf(project), 'postgresql');
  await withPostgresql(async (client) => {
    await client.query(ddl);
    const { rows } = await client.query(`SELECT table_schema FROM information_schema.tables WHERE table_name = 'A'`);
    expect(rows).toEqual([{ table_schema: 'the one' }]);
    expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: '"$user", public' }]);
  });
});

test('CockroachDB has DDL of its own', async () => {
  const project = projectOfText('datasource db {\n  provider = "cockroachdb"\n}\nmodel A {\n  id BigInt @id @default(sequence())\n}\n', {
    provider: 'cockroachdb',
  });
  await expect(createDdl(variantOf(project), 'cockroachdb')).resolves.toContain('INT8');
});

test('a schema without tables has no DDL', async () => {
  await expect(createDdl(variantOf(projectOfText(sqlite)), 'sqlite')).resolves.toBe('');
});

describe('a schema that is not valid', () => {
  test("is Prisma's own message with the user's file and line", async () => {
    const project = projectOfText(`${sqlite}model A {\n  id Int @id\n  b Bear\n}\n`);
    const error = await errorOf(() => createDdl(variantOf(project), 'sqlite'));
    expect(error.code).toBe('PRISMA_TEST_SCHEMA_INVALID');
    expect(error.message).toContain('Type "Bear" is neither a built-in type');
    expect(error.description.facts?.['at']).toBe('/x/schema.prisma:6');
    expect(error.message).not.toContain('\u001B');
  });

  test('keeps its line numbers behind what was left out, and in a view that was made a table', async () => {
    const text = `${sqlite}generator c {\n  provider = "prisma-client"\n  output = "x"\n  previewFeatures = ["views"]\n}\n`;
    const gone = 'model Gone {\n  id Int @id\n  a A[]\n}\n';
    const model = 'model A {\n  id Int @id\n  g Gone @relation(fields: [id], references: [id])\n  b Bear\n}\n';
    const lineOf = async (content: string): Promise<string | undefined> => {
      const error = await errorOf(() => validateSchema(variantOf(projectOfText(content), { exclude: ['Gone'] }), 'sqlite'));
      return error.description.facts?.['at'];
    };
    expect(await lineOf(text + gone + model)).toBe('/x/schema.prisma:16');
    expect(await lineOf(`${text}${gone}view V {\n  id Int\n  b Bear\n}\n`)).toBe('/x/schema.prisma:15');
  });
});

test('MySQL is refused before the engine can panic', async () => {
  expect(supportsEngine('mysql')).toBe(false);
  const error = await errorOf(() => createDdl(variantOf(projectOfText(sqlite)), 'mysql' as 'sqlite'));
  expect(error.code).toBe('PRISMA_TEST_ENGINE_UNSUPPORTED');
});
