import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { expectPassed, failureOf, report } from './expect-run';
import { openProject, repository, type Project } from './project';
import { runIn } from './run-jest';

jest.setTimeout(120_000);

let project: Project;
afterEach(() => project.remove());

/** What Prisma's own CLI says of a database. */
function migrateStatus(url: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [require.resolve('prisma/build/index.js'), 'migrate', 'status'], {
    cwd: project.dir,
    encoding: 'utf8',
    env: {
      ...process.env,
      NO_COLOR: '1',
      DATABASE_URL: url,
      PRISMA_SCHEMA_ENGINE_BINARY: path.join(repository, 'dist/schema-engine.cjs'),
    },
  });
  return `${stdout}\n${stderr}`;
}

const env = (): Record<string, string> => ({ PRISMA_TEST_CACHE_DIR: path.join(project.scratch, 'cache') });
const drifted = 'do not lead to its schema';
const added = { 'prisma/schema.prisma': (text: string) => text.replace('  title     String', '  title     String\n  body      String?') };

test('on SQLite: tables come from the migrations, and `prisma migrate status` agrees', async () => {
  project = openProject('migrations');
  const run = await runIn(project, [], { env: env() });
  expectPassed(run, 3);
  expect(report(run)).not.toContain(drifted);

  const folder = path.join(project.scratch, 'cache', 'sqlite');
  const template = readdirSync(folder).find((file) => file.endsWith('.db')) ?? '';
  const copy = path.join(project.scratch, 'copy.db');
  copyFileSync(path.join(folder, template), copy);
  expect(migrateStatus(`file:${copy}`)).toContain('Database schema is up to date!');
});

test('a changed migration makes another template', async () => {
  project = openProject('migrations');
  expectPassed(await runIn(project, [], { env: env() }), 3);
  project.change({
    files: {
      'prisma/migrations/20260103000000_paid/migration.sql': `UPDATE "Account" SET "plan" = 'paid';\n`,
      '__tests__/post.test.ts': `test('paid', async () => expect(await prisma.account.findMany()).toMatchObject([{ plan: 'paid' }]));\n`,
    },
  });
  expectPassed(await runIn(project, [], { env: env() }), 1);
});

test('drift between migrations and schema is a warning, said once, when the template is built', async () => {
  project = openProject('migrations');
  const schema = 'prisma/schema.prisma';
  project.change({
    files: {
      [schema]: added[schema](readText(schema)),
      '__tests__/other.test.ts': `test('other', async () => expect(await prisma.account.count()).toBe(1));\n`,
    },
  });
  const only = ['-t', 'applied|other', '-w', '2'];
  const first = await runIn(project, only, { env: env() });
  expect(first.exitCode).toBe(0);
  expect(report(first).split(drifted)).toHaveLength(2);
  expect(report(first)).toContain("database 'default'");
  expect(report(first)).toMatch(/Redefined table `Post`|Added column `body`/);
  expect(report(first)).toContain('npx prisma migrate dev');
  const second = await runIn(project, only, { env: env() });
  expect(second.exitCode).toBe(0);
  expect(report(second)).not.toContain(drifted);
});

function readText(file: string): string {
  return readFileSync(path.join(project.dir, file), 'utf8');
}

test('options that migrations do not obey are said to have no effect', async () => {
  project = openProject('migrations', {
    files: {
      'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { source: 'migrations', exclude: ['Account'] }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
    },
  });
  const run = await runIn(project, [], { env: env() });
  expectPassed(run, 3);
  expect(report(run)).toContain('the option `exclude` changes nothing');
});

test('a migration that fails names file, line and statement', async () => {
  project = openProject('migrations', {
    files: { 'prisma/migrations/20260103000000_bad/migration.sql': '-- a comment\nSELECT 1;\n\nALTER TABLE "Pots" ADD COLUMN "x" TEXT;\n' },
  });
  const failure = failureOf(await runIn(project, [], { env: env() }));
  expect(failure).toContain('A migration failed: ');
  expect(failure).toContain('<project>/prisma/migrations/20260103000000_bad/migration.sql:4');
  expect(failure).toContain('ALTER TABLE "Pots" ADD COLUMN "x" TEXT');
  expect(failure).toContain('PRISMA_TEST_MIGRATION_FAILED');
});

test('without `initShadowDb` the external table is missing, and the message leads there', async () => {
  project = openProject('migrations');
  project.change({ files: { 'prisma.config.ts': readText('prisma.config.ts').replace(/initShadowDb: .*/, '') } });
  const failure = failureOf(await runIn(project, [], { env: env() }));
  expect(failure).toContain('A migration failed: no such table: main.Account');
  expect(failure).toContain('migrations.initShadowDb');
});

test('no migrations at all', async () => {
  project = openProject('migrations', { files: { 'prisma/migrations': null } });
  const failure = failureOf(await runIn(project, [], { env: env() }));
  expect(failure).toContain('PRISMA_TEST_MIGRATIONS_MISSING');
  expect(failure).toContain('<project>/prisma/migrations');
});

describe('on PostgreSQL', () => {
  const base = `jep_migrations_${process.pid}`;
  let why: string | undefined;
  const databases = async (): Promise<string[]> =>
    (await query(serverUrl('postgres'), 'SELECT datname FROM pg_database ORDER BY 1'))
      .map(({ datname }) => String(datname))
      .filter((name) => name.startsWith(base));

  beforeAll(async () => {
    why = await unreachable();
    if (why && process.env['CI']) throw new Error(why);
    if (why) process.stderr.write(`SKIPPED migrations on PostgreSQL: ${why}\n`);
  });
  beforeEach(() => (project = openProject('migrations')));
  afterAll(async () => {
    if (!why) for (const name of await databases()) await query(serverUrl('postgres'), `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  });

  const change = (): void => {
    project.change({
      files: {
        'prisma/schema.prisma': readText('prisma/schema.prisma').replace('"sqlite"', '"postgresql"'),
        'prisma.config.ts': readText('prisma.config.ts').replace(`'Account'`, `'app.Account'`),
        'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
        'prisma/migrations/20260101000000_init/migration.sql': `CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL CHECK (length("title") > 2),
    "accountId" INTEGER NOT NULL,
    CONSTRAINT "Post_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Post_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);\n`,
        'prisma/migrations/20260102000000_slug/migration.sql': `ALTER TABLE "Post" ADD COLUMN "slug" TEXT NOT NULL;
CREATE UNIQUE INDEX "Post_slug_key" ON "Post"("slug");
CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql AS $$ SELECT upper($1); $$;
INSERT INTO "Account" ("id", "plan") VALUES (1, 'free');\n`,
        'adapter.ts': `import { PrismaPg } from '@prisma/adapter-pg';
export default (url: string) => new PrismaPg({ connectionString: url, options: '-c search_path=app' }, { schema: 'app' });\n`,
        'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { source: 'migrations', adapter: './adapter.ts' }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
      },
    });
  };

  test("with the URL's schema, function bodies, and the status that Prisma agrees with", async () => {
    if (why) return;
    change();
    const url = `${serverUrl(base)}?schema=app`;
    const run = await runIn(project, [], { env: { ...env(), DATABASE_URL: url } });
    expectPassed(run, 3);
    expect(report(run)).not.toContain(drifted);

    const template = (await databases()).find((name) => name.includes('_tpl_')) ?? '';
    await query(serverUrl('postgres'), `CREATE DATABASE ${base}_copy TEMPLATE "${template}"`);
    expect(migrateStatus(`${serverUrl(`${base}_copy`)}?schema=app`)).toContain('Database schema is up to date!');
  });

  test('drift is seen', async () => {
    if (why) return;
    change();
    const schema = 'prisma/schema.prisma';
    project.change({ files: { [schema]: added[schema](readText(schema)) } });
    const run = await runIn(project, ['-t', 'applied'], { env: { ...env(), DATABASE_URL: `${serverUrl(base)}?schema=app` } });
    expect(run.exitCode).toBe(0);
    expect(report(run)).toContain('Added column `body`');
  });
});
