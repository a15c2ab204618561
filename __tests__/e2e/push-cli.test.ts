import { readdirSync } from 'node:fs';
import path from 'node:path';
import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { expectPassed, failureOf, report } from './expect-run';
import { openProject, repository, type Project } from './project';
import { runIn } from './run-jest';

// Prisma's CLI takes its seconds, and more of them on a busy machine.
jest.setTimeout(180_000);

let project: Project;
afterEach(() => project.remove());

const config = (options: string): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
});
const env = (): Record<string, string> => ({ PRISMA_TEST_CACHE_DIR: path.join(project.scratch, 'cache') });
const templates = (): string[] => readdirSync(path.join(project.scratch, 'cache', 'sqlite')).filter((file) => file.endsWith('.db'));
/** It is said when the CLI is run where Prisma's own engine is not installed. */
const ran = 'stands in for it';

test('the real `prisma db push` makes the template, once per fingerprint', async () => {
  project = openProject('basic', { files: config(`{ push: 'cli' }`) });
  const isSubstituted = report(await runAndPass()).includes(ran);
  expect(templates()).toHaveLength(1);
  const before = project.files();
  expect(report(await runAndPass())).not.toContain(ran);
  expect(templates()).toHaveLength(1);
  expect(project.files()).toEqual(before);

  // What the engine makes in process is another template: a difference between the two must not hide in a cache.
  project.change({ files: config(`{ push: 'engine' }`) });
  expect(report(await runAndPass())).not.toContain(ran);
  expect(templates()).toHaveLength(2);

  // A changed schema is pushed anew.
  const schema = 'generator client {\n  provider     = "prisma-client"\n  output       = "../generated"\n  moduleFormat = "cjs"\n}\n';
  project.change({
    files: {
      ...config(`{ push: 'cli' }`),
      'prisma/schema.prisma': `${schema}datasource db {\n  provider = "sqlite"\n}\nmodel Thing {\n  id Int @id\n}\n`,
      '__tests__/first.test.ts': `test('things', async () => expect(await prisma.thing.count()).toBe(0));\n`,
    },
  });
  const changed = await runIn(project, [], { env: env() });
  expectPassed(changed, 1);
  expect(report(changed).includes(ran)).toBe(isSubstituted);
  expect(templates()).toHaveLength(3);
});

async function runAndPass(): ReturnType<typeof runIn> {
  const run = await runIn(project, [], { env: env() });
  expectPassed(run, 2);
  return run;
}

test('when it fails, its output is shown with the paths of the project', async () => {
  const bad = 'datasource db {\n  provider = "sqlite"\n}\nmodel User {\n  id Int @id\n  pet Bear\n}\n';
  project = openProject('basic', { files: { ...config(`{ push: 'cli' }`), 'prisma/schema.prisma': bad }, generate: false });
  const failure = failureOf(await runIn(project, [], { env: env() }));
  expect(failure).toContain('Type "Bear" is neither a built-in type');
  expect(failure).toContain('<project>/prisma/schema.prisma:6');
  expect(failure).toContain('PRISMA_TEST_PUSH_FAILED');
});

test('beside a Prisma 8 it is `@prisma/prisma7` that is run', async () => {
  const real = JSON.stringify(path.join(repository, 'node_modules/prisma/build/index.js'));
  project = openProject('basic', {
    files: {
      ...config(`{ push: 'cli' }`),
      // `prisma/config` is not in the package that stands for an 8.
      'prisma.config.ts': `export default { schema: './prisma/schema.prisma', datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' } };\n`,
      'node_modules/prisma/package.json': '{ "name": "prisma", "version": "8.0.0-rc.1" }',
      'node_modules/prisma/dist/cli.js': `throw new Error('This is Prisma 8.');\n`,
      'node_modules/@prisma/prisma7/package.json': '{ "name": "@prisma/prisma7", "version": "7.10.0" }',
      'node_modules/@prisma/prisma7/build/index.js': `require('node:fs').writeFileSync(process.env.MARK, 'run');\nrequire(${real});\n`,
    },
  });
  const mark = path.join(project.scratch, 'mark');
  expectPassed(await runIn(project, [], { env: { ...env(), MARK: mark } }), 2);
  expect(readdirSync(project.scratch)).toContain('mark');
});

describe('on PostgreSQL', () => {
  const base = `jep_push_${process.pid}`;
  let why: string | undefined;
  const databases = async (): Promise<string[]> =>
    (await query(serverUrl('postgres'), 'SELECT datname FROM pg_database'))
      .map(({ datname }) => String(datname))
      .filter((name) => name.startsWith(base));

  beforeAll(async () => {
    why = await unreachable();
    if (why && process.env['CI']) throw new Error(why);
    if (why) process.stderr.write(`SKIPPED push: 'cli' on PostgreSQL: ${why}\n`);
  });
  afterAll(async () => {
    if (!why) for (const name of await databases()) await query(serverUrl('postgres'), `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  });

  test('external tables, views and SQL files are there, too', async () => {
    project = openProject('basic', {
      generate: false,
      files: {
        ...config(`{ push: 'cli', sql: ['./shout.sql'] }`),
        'shout.sql': 'CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql AS $$ SELECT upper($1); $$;\n',
        'prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
  experimental: { externalTables: true },
  tables: { external: ['auth.users'] },
  views: { path: './views' },
});\n`,
        'views/public/Active.sql': 'SELECT id, email FROM auth.users WHERE active\n',
        'prisma/schema.prisma': `generator client {
  provider        = "prisma-client"
  output          = "../generated"
  moduleFormat    = "cjs"
  previewFeatures = ["views"]
}
datasource db {
  provider = "postgresql"
  schemas  = ["public", "auth"]
}
model Account {
  id     Int     @id @default(autoincrement())
  email  String  @unique
  active Boolean @default(true)

  @@map("users")
  @@schema("auth")
}
view Active {
  id    Int
  email String

  @@schema("public")
}\n`,
        '__tests__/first.test.ts': `test('all of it is there', async () => {
  await prisma.account.createMany({ data: [{ email: 'a@b.c' }, { email: 'd@e.f', active: false }] });
  expect(await prisma.active.findMany()).toEqual([{ id: 1, email: 'a@b.c' }]);
  expect(await prisma.$queryRaw\`SELECT shout('a') AS a\`).toEqual([{ a: 'A' }]);
});\n`,
      },
    });
    if (why) return;
    project.change({});
    expectPassed(await runIn(project, [], { env: { ...env(), DATABASE_URL: serverUrl(base) } }), 1);
  });
});
