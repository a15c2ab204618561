import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expectPassed, failureOf } from './expect-run';
import { openProject } from './project';
import { runIn, runJest } from './run-jest';

jest.setTimeout(60_000);

const config = (options: string): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
});
const tables = (expected: string): Record<string, string> => ({
  '__tests__/variant.test.ts': `test('tables', async () => {
  const rows = await prisma.$queryRaw<{ name: string }[]>\`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name\`;
  expect(rows.map(({ name }) => name)).toEqual(${expected});
});\n`,
});

test('external tables and views are there, and the files of the user are as they were', async () => {
  const project = openProject('variant');
  try {
    const before = project.files().map((file) => [file, readFileSync(path.join(project.dir, file), 'utf8')]);
    expectPassed(await runIn(project), 3);
    const after = project.files().map((file) => [file, readFileSync(path.join(project.dir, file), 'utf8')]);
    expect(after).toEqual(before);
  } finally {
    project.remove();
  }
});

test('all external tables may be left out', async () => {
  const files = { ...config(`{ external: 'omit' }`), ...tables(`['Audit', 'Report', 'User']`) };
  // The view reads the table that is left out.
  expectPassed(await runJest('variant', [], { files: { ...files, 'prisma/views/PaidUser.sql': 'SELECT id, email FROM "User"' } }), 1);
});

test('or some of them', async () => {
  const files = { ...config(`{ external: { omit: ['Account'] } }`), ...tables(`['Audit', 'Report', 'User']`) };
  expectPassed(await runJest('variant', [], { files: { ...files, 'prisma/views/PaidUser.sql': 'SELECT id, email FROM "User"' } }), 1);
});

test('a model that is excluded takes the fields that point at it along', async () => {
  const files = { ...config(`{ exclude: ['Audit'] }`), ...tables(`['Account', 'Report', 'User']`) };
  expectPassed(await runJest('variant', [], { files }), 1);
});

test('an overlay adds a model, or replaces one of the same name', async () => {
  const overlay = `model Report {
  id    Int    @id
  total Int
  note  String @default("from the overlay")
}

model Probe {
  id Int @id
}\n`;
  const tests = `test('the replaced one has the new column, the new one is there', async () => {
  await prisma.$executeRaw\`INSERT INTO "Report" (id, total) VALUES (1, 7)\`;
  expect(await prisma.$queryRaw\`SELECT note FROM "Report"\`).toEqual([{ note: 'from the overlay' }]);
  expect(await prisma.$queryRaw\`SELECT * FROM "Probe"\`).toEqual([]);
  expect(await prisma.report.findMany()).toEqual([{ id: 1, total: 7 }]);
});\n`;
  const files = { 'prisma/test.prisma': overlay, ...config(`{ overlay: ['./prisma/test.prisma'] }`), '__tests__/variant.test.ts': tests };
  expectPassed(await runJest('variant', [], { files }), 1);
});

test('a name that is none of the schema is an error that says which was meant', async () => {
  const text = failureOf(await runJest('variant', [], { files: config(`{ exclude: ['Adit'] }`) }));
  expect(text).toContain('PRISMA_TEST_UNKNOWN_MODEL');
  expect(text).toContain('Audit');
});

test('SQL files run after the push', async () => {
  const files = {
    'prisma/test.sql': `CREATE TRIGGER audit AFTER INSERT ON "User" BEGIN\n  INSERT INTO "Audit" ("userId") VALUES (new.id);\nEND;\n`,
    ...config(`{ sql: ['./prisma/test.sql'] }`),
    '__tests__/variant.test.ts': `test('the trigger works', async () => {
  await prisma.user.create({ data: { email: 'x', account: { create: {} } } });
  expect(await prisma.audit.count()).toBe(1);
});\n`,
  };
  expectPassed(await runJest('variant', [], { files }), 1);
});

test.each([[':memory:'], ['file::memory:'], ['file::memory:?cache=shared']])('the URL %s is one database for all clients', async (url) => {
  const tests = `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { prisma as own } from '../src/db';
import { PrismaClient } from '../generated/client';
test('the app, the test and a second client share it', async () => {
  await own.user.create({ data: { email: 'a@b.c' } });
  const second = new PrismaClient({ adapter: new PrismaLibSql({ url: '${url}' }) });
  await second.$transaction(async (tx) => { await tx.user.create({ data: { email: 'd@e.f' } }); });
  expect(await prisma.user.count()).toBe(2);
});
test('and it is rolled back', async () => expect(await own.user.count()).toBe(0));\n`;
  const db = `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';
export const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: '${url}' }) });\n`;
  const files = { '.env': `DATABASE_URL=${url}\n`, 'src/db.ts': db, '__tests__/users.test.ts': tests };
  expectPassed(await runJest('app', [], { files }), 2);
});
