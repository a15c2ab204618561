import { existsSync } from 'node:fs';
import path from 'node:path';
import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { expectPassed, failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, runJest } from './run-jest';

jest.setTimeout(120_000);

const admin = `jep_admin_${process.pid}`;
const service = `jep_service_${process.pid}`;
let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED several databases: ${why}\n`);
});

/** Databases on the server whose names begin so. */
const databases = async (prefix: string): Promise<string[]> =>
  (await query(serverUrl('postgres'), 'SELECT datname FROM pg_database ORDER BY 1'))
    .map(({ datname }) => String(datname))
    .filter((name) => name.startsWith(prefix));

afterAll(async () => {
  if (why) return;
  for (const prefix of [admin, service])
    for (const name of await databases(prefix)) await query(serverUrl('postgres'), `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
});

const onServer = (name: string, work: () => Promise<void>): void => test(name, async () => (why ? undefined : work()));

/** The service's database on PostgreSQL: a whole schema that another team owns, its enum included. */
const serviceOnPostgresql = {
  'service/prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['SERVICE_URL'] ?? '' },
  experimental: { externalTables: true },
  tables: { external: ['shop.Customer', 'shop.Refund', 'shop.Operator'] },
  enums: { external: ['shop.Kind'] },
});\n`,
  'service/schema.prisma': `generator client {
  provider     = "prisma-client"
  output       = "./generated"
  moduleFormat = "cjs"
}
datasource db {
  provider = "postgresql"
  schemas  = ["shop"]
}
enum Kind {
  private
  company

  @@schema("shop")
}
model Customer {
  id      Int      @id @default(autoincrement())
  email   String   @unique
  kind    Kind     @default(private)
  refunds Refund[]

  @@schema("shop")
}
model Refund {
  id           Int       @id @default(autoincrement())
  amount       Int
  customer     Customer  @relation(fields: [customerId], references: [id])
  customerId   Int
  approvedBy   Operator? @relation(fields: [approvedById], references: [id])
  approvedById Int?

  @@schema("shop")
}
model Operator {
  id      Int      @id @default(autoincrement())
  email   String   @unique
  refunds Refund[]

  @@schema("shop")
}\n`,
  'src/db.ts': `import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient as AdminClient } from '../generated/admin/client';
import { PrismaClient as ServiceClient } from '../service/generated/client';

export const admin = new AdminClient({ adapter: new PrismaPg({ connectionString: process.env['ADMIN_URL'] ?? '' }) });
export const service = new ServiceClient({ adapter: new PrismaPg({ connectionString: process.env['SERVICE_URL'] ?? '' }) });\n`,
};

describe('PostgreSQL and SQLite', () => {
  let project: Project;
  afterEach(() => project.remove());

  onServer('side by side, each with its own schema, client and sandbox, and rolled back together', async () => {
    project = openProject('databases');
    const env = { ADMIN_URL: serverUrl(admin), SERVICE_URL: 'file:./service.db' };
    expectPassed(await runIn(project, ['-w', '2'], { env }), 9);
    expect(existsSync(path.join(project.dir, 'service.db'))).toBe(false);
    expect(await databases(admin)).not.toContain(admin);
  });
});

onServer('two PostgreSQL databases on one server, of which the second is external as a whole and stays untouched', async () => {
  await query(serverUrl('postgres'), `CREATE DATABASE ${service}`);
  await query(serverUrl(service), 'CREATE TABLE precious (id int); INSERT INTO precious VALUES (1)');
  const project = openProject('databases', { files: serviceOnPostgresql });
  try {
    const env = { ADMIN_URL: serverUrl(admin), SERVICE_URL: serverUrl(service) };
    expectPassed(await runIn(project, ['-w', '2'], { env }), 9);
    expectPassed(await runIn(project, ['--runInBand'], { env }), 9);
  } finally {
    project.remove();
  }
  const left = await query(
    serverUrl(service),
    `SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^(pg_|information_schema)'`,
  );
  expect(left).toEqual([{ nspname: 'public', relname: 'precious' }]);
  expect(await query(serverUrl(service), 'SELECT id FROM precious')).toEqual([{ id: 1 }]);
  // Each has a template of its own.
  const templates = (await Promise.all([databases(admin), databases(service)])).flat().filter((name) => name.includes('_tpl_'));
  expect(templates).toEqual([expect.stringContaining(admin), expect.stringContaining(service)]);
});

describe('two SQLite databases', () => {
  const sqlite = {
    'prisma/schema.prisma': `generator client {
  provider     = "prisma-client"
  output       = "../generated/admin"
  moduleFormat = "cjs"
}
datasource db {
  provider = "sqlite"
}
model Operator {
  id    Int    @id @default(autoincrement())
  email String @unique
}\n`,
    'src/db.ts': `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient as ServiceClient } from '../service/generated/client';
export const service = new ServiceClient({ adapter: new PrismaLibSql({ url: process.env['SERVICE_URL'] ?? '' }) });\n`,
    '__tests__/both.test.ts': `import { service } from '../src/db';
test('a', async () => expect(await service.customer.count()).toBe(0));\n`,
    '__tests__/one.test.ts': null,
  };
  const env = { ADMIN_URL: 'file:./admin.db', SERVICE_URL: 'file:./service.db' };
  const config = (options: string): Record<string, string> => ({
    'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
  });

  test('a client of a database that is not declared is refused, with the lines that declare it', async () => {
    const run = await runJest('databases', [], { files: { ...sqlite, ...config('{}') }, env });
    expect(failureOf(run)).toContain('PRISMA_TEST_CLIENT_UNDECLARED');
    expect(failureOf(run)).toContain(`databases: { other: { config: '../other/prisma.config.ts' } }`);
  });

  test('what is external can be left out as a whole', async () => {
    const files = {
      ...sqlite,
      ...config(`{ databases: { service: { config: './service/prisma.config.ts', external: 'omit' } } }`),
      '__tests__/both.test.ts': `import { service } from '../src/db';
test('a', async () => {
  const tables = await service.$queryRawUnsafe("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
  expect(tables).toEqual([]);
});\n`,
    };
    expectPassed(await runJest('databases', [], { files, env }), 1);
  });

  test('without the exclusion the key is there, because the schema says so', async () => {
    const files = {
      ...sqlite,
      ...config(`{ databases: { service: { config: './service/prisma.config.ts' } } }`),
      '__tests__/both.test.ts': `import { service } from '../src/db';
test('a', async () => {
  const customer = await service.customer.create({ data: { email: 'a@b.c' } });
  const refund = service.refund.create({ data: { amount: 1, customerId: customer.id, approvedById: 7 } });
  await expect(refund).rejects.toMatchObject({ code: 'P2003' });
});\n`,
    };
    expectPassed(await runJest('databases', [], { files, env }), 1);
  });
});

test.each([
  ['cockroachdb', 'postgresql://root@127.0.0.1:26257/app', 'can neither copy a database nor hold an advisory lock'],
  ['sqlserver', 'sqlserver://127.0.0.1:1433;database=app', 'SQL Server'],
  ['mongodb', 'mongodb://127.0.0.1/app', 'no schema to push'],
])('a database of %s is refused before anything is asked of it', async (provider, url, why) => {
  const files = {
    'prisma/schema.prisma': `generator client {\n  provider = "prisma-client"\n  output = "../generated/admin"\n}\ndatasource db {\n  provider = "${provider}"\n}\nmodel A {\n  id Int @id\n}\n`,
    'jest.config.js': `module.exports = { testEnvironment: 'prisma' };\n`,
    '__tests__/both.test.ts': null,
    '__tests__/one.test.ts': null,
    '__tests__/any.test.js': `test('is not run', () => {});\n`,
  };
  const failure = failureOf(await runJest('databases', [], { files, generate: false, env: { ADMIN_URL: url } }));
  expect(failure).toContain(`Databases of the provider '${provider}' cannot be tested with this package.`);
  expect(failure).toContain(why);
  expect(failure).toContain('<project>/prisma/schema.prisma');
  expect(failure).toContain('PRISMA_TEST_PROVIDER_UNSUPPORTED');
});
