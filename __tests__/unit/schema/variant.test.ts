import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePsl } from '../../../src/schema/psl';
import { createDdl } from '../../../src/schema/push-engine';
import { errorOf, fixtureProject, fixtures, inSqlite, projectOf, projectOfText, textOf, variantOf, withPostgresql } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

const clinic = fixtureProject('clinic', { externalTables: ['auth.accounts', 'auth.logins'], externalEnums: ['auth.account_level'] });
const overlay = ['overlay/test.prisma'].map((name) => {
  const file = path.join(fixtures, 'clinic', name);
  return { path: file, content: readFileSync(file, 'utf8') };
});
const sqlite = 'datasource db {\n  provider = "sqlite"\n}\n';
const preview = 'generator c {\n  provider = "prisma-client"\n  output = "x"\n  previewFeatures = ["views"]\n}\n';

function declared(variant: ReturnType<typeof variantOf>): string[] {
  return variant.files.flatMap(parsePsl).map(({ kind, name }) => `${kind} ${name}`);
}

test('a schema with nothing to change is the schema', () => {
  const [file = { path: '', content: '' }] = fixtureProject('sqlite.prisma').files;
  const plain = { ...file, content: file.content.slice(0, file.content.indexOf('view UserStats')) };
  expect(variantOf(projectOf([plain])).files).toEqual([plain]);
});

describe('external tables and enums', () => {
  test('are made as if managed, by default', async () => {
    const variant = variantOf(clinic);
    expect(variant).toMatchObject({ omittedTables: [], omittedEnums: [] });
    const ddl = await createDdl(variant, 'postgresql');
    expect(ddl).toContain('CREATE TABLE "auth"."accounts"');
    expect(ddl).toContain('REFERENCES "auth"."accounts"("id")');
    expect(ddl).toContain('CREATE TYPE "auth"."account_level"');
  });

  test('are left out with their keys, and their schema is there for what fills it', async () => {
    const variant = variantOf(clinic, { external: 'omit' });
    expect(variant.omittedTables).toEqual(['auth.accounts', 'auth.logins']);
    expect(variant.omittedEnums).toEqual(['auth.account_level']);
    await withPostgresql(async (client) => {
      await client.query(await createDdl(variant, 'postgresql'));
      const { rows } = await client.query(`SELECT to_regclass('auth.accounts') AS gone, to_regnamespace('auth')::text AS schema`);
      expect(rows).toEqual([{ gone: null, schema: 'auth' }]);
      // The column of the key stays, and takes any value.
      await client.query(`INSERT INTO patients (name, "accountId") VALUES ('Ada', 404)`);
    });
  });

  test.each([
    ['omit by filter name', { omit: ['auth.logins'] }, ['auth.logins']],
    ['omit by table name', { omit: ['logins'] }, ['auth.logins']],
    ['omit by model name', { omit: ['Login'] }, ['auth.logins']],
    ['create leaves out the others', { create: ['Account', 'Level'] }, ['auth.logins']],
    ['create and omit', { create: ['Account'], omit: ['Login'] }, ['auth.logins']],
    ['an empty list of omit', { omit: [] }, []],
  ])('%s', (_, external, omitted) => {
    expect(variantOf(clinic, { external }).omittedTables).toEqual(omitted);
  });

  test('an omitted enum that a remaining table uses is made all the same', () => {
    expect(variantOf(clinic, { external: { create: ['Account'] } }).omittedEnums).toEqual([]);
    expect(variantOf(clinic, { external: { omit: ['Account', 'Login', 'Level'] } }).omittedEnums).toEqual(['auth.account_level']);
  });

  test('a name that is not external is an error with the nearest one', async () => {
    const error = await errorOf(() => variantOf(clinic, { external: { omit: ['auth.acounts'] } }));
    expect(error.code).toBe('PRISMA_TEST_NOT_EXTERNAL');
    expect(error.message).toContain("external: { omit: ['auth.accounts'] }");
    const managed = await errorOf(() => variantOf(clinic, { external: { create: ['Patient'] } }));
    expect(managed.message).toContain("tables: { external: ['public.patients'] }");
    expect(managed.message).toContain("exclude: ['Patient']");
  });

  test('have plain names where the database has no schemas', async () => {
    const project = projectOfText(
      `${sqlite}model Post {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\nmodel User {\n  id Int @id\n  posts Post[]\n\n  @@map("users")\n}\n`,
      { externalTables: ['users'] },
    );
    expect(await createDdl(variantOf(project), 'sqlite')).toContain('REFERENCES "users" ("id")');
    const omitted = variantOf(project, { external: 'omit' });
    expect(omitted.omittedTables).toEqual(['users']);
    expect(await createDdl(omitted, 'sqlite')).not.toContain('users');
  });
});

describe('views', () => {
  test('with a definition file stay views, in the order they can be created in', () => {
    const { views } = variantOf(clinic);
    expect(views.map(({ name, sql }) => [name, sql.split('\n')[0]])).toEqual([
      ['VisitsByDay', 'CREATE VIEW "stats"."visits_by_day" AS'],
      ['BusyDays', 'CREATE VIEW "stats"."BusyDays" AS'],
    ]);
    expect(views[1]?.sql.endsWith('v.visits > 1')).toBe(true);
  });

  test('without one are tables of the same columns that take rows without any key', async () => {
    const variant = variantOf(clinic);
    const report = variant.files.at(-1)?.content ?? '';
    expect(report.trim()).toMatch(/^\/\/\/ No definition: it is made a table\.\nmodel Report \{/);
    const source = clinic.files.find(({ path: file }) => file.endsWith('views.prisma'))?.content.split('\n') ?? [];
    expect(report.split('\n').indexOf('model Report {')).toBe(source.indexOf('view Report {'));
    const ddl = await createDdl(variant, 'postgresql');
    expect(ddl).toMatch(/CREATE TABLE "stats"\."Report" \(\n\s+"patientId" INTEGER NOT NULL,\n\s+"mood" "Mood",\n\s+"text" TEXT\n\)/);
    expect(ddl).not.toContain('Report_patientId_fkey');
  });

  test('on SQLite are found in any folder, and a whole statement is taken as it is', async () => {
    const project = fixtureProject('sqlite.prisma', { viewsPath: path.join(fixtures, 'sqlite-views') });
    const ddl = await createDdl(variantOf(project), 'sqlite');
    const rows = inSqlite(
      `${ddl}\nINSERT INTO users (e_mail, updatedAt, token, cuid, nano, ulid) VALUES ('a', 0, '', '', '', '');`,
      'SELECT * FROM user_stats',
    );
    expect(rows).toMatchObject([{ user_id: 1, posts: 0 }]);
  });
});

describe('overlays', () => {
  test('add models, and replace models and views of the same name', async () => {
    const variant = variantOf(clinic, { overlay });
    expect(declared(variant)).toEqual(expect.arrayContaining(['model Probe', 'model BusyDays']));
    expect(declared(variant)).not.toContain('view BusyDays');
    expect(declared(variant).filter((name) => name.startsWith('datasource'))).toHaveLength(1);
    expect(variant.views.map(({ name }) => name)).toEqual(['VisitsByDay']);
    await withPostgresql(async (client) => {
      await client.query(await createDdl(variant, 'postgresql'));
      await client.query(`INSERT INTO stats."BusyDays" VALUES ('2026-01-01')`);
    });
  });

  test('replace enums', async () => {
    const file = { path: '/x/overlay.prisma', content: 'enum Mood {\n  FINE\n  ODD\n\n  @@schema("public")\n}\n' };
    expect(await createDdl(variantOf(clinic, { overlay: [file] }), 'postgresql')).toContain(`CREATE TYPE "Mood" AS ENUM ('FINE', 'ODD')`);
  });

  test('an overlay that lies in the schema folder counts once', async () => {
    const inside = clinic.files.filter(({ path: file }) => file.endsWith('visit.prisma'));
    await expect(createDdl(variantOf(clinic, { overlay: inside }), 'postgresql')).resolves.toContain('"Visit"');
  });
});

describe('exclude', () => {
  test('takes a model with every relation field that points at it; the columns stay', async () => {
    const variant = variantOf(clinic, { exclude: ['Patient', 'Report'] });
    expect(textOf(variant)).not.toMatch(/Patient\b/);
    const ddl = await createDdl(variant, 'postgresql');
    expect(ddl).toMatch(/CREATE TABLE "Visit" \([^;]*"patientId" INTEGER NOT NULL/);
    expect(ddl).not.toContain('FOREIGN KEY ("patientId")');
  });

  test('takes self relations and both ends of many-to-many', async () => {
    const project = fixtureProject('sqlite.prisma');
    const ddl = await createDdl(variantOf(project, { exclude: ['Tag', 'User'] }), 'sqlite');
    expect(ddl).not.toContain('_LabelToTag');
    expect(ddl).toContain('CREATE TABLE "PostTag"');
    expect(ddl).not.toContain('"users"');
    inSqlite(ddl, 'SELECT 1');
  });

  test('everything that stays keeps its line', () => {
    const project = fixtureProject('sqlite.prisma');
    const [before = { content: '' }] = project.files;
    const [after = { content: '' }] = variantOf(project, { exclude: ['Tag', 'User', 'Post'] }).files;
    expect(after.content.split('\n')).toHaveLength(before.content.split('\n').length);
    const line = (content: string): number => content.split('\n').findIndex((text) => text.startsWith('model Label'));
    expect(line(after.content)).toBe(line(before.content));
  });

  test('an unknown name is an error with the nearest one', async () => {
    const typo = await errorOf(() => variantOf(clinic, { exclude: ['Patent'] }));
    expect(typo.code).toBe('PRISMA_TEST_UNKNOWN_MODEL');
    expect(typo.message).toContain("exclude: ['Patient']");
    expect((await errorOf(() => variantOf(clinic, { exclude: ['logins'] }))).message).toContain("exclude: ['Login']");
  });

  test("an enum that is still used is Prisma's error, not a lost column", async () => {
    const error = await errorOf(() => createDdl(variantOf(clinic, { exclude: ['Mood'] }), 'postgresql'));
    expect(error.message).toContain('Type "Mood" is neither a built-in type');
  });
});

test('the preview feature of views is not needed where every view is made a table', async () => {
  const view = 'view V {\n  n Int\n}\n';
  await expect(createDdl(variantOf(projectOfText(sqlite + view)), 'sqlite')).resolves.toContain('CREATE TABLE "V"');
  await expect(createDdl(variantOf(projectOfText(sqlite + preview + view)), 'sqlite')).resolves.toContain('CREATE TABLE "V"');
});
