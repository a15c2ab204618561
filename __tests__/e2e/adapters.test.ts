import { expectPassed, failureOf } from './expect-run';
import { runJest } from './run-jest';

jest.setTimeout(60_000);

const schema = `generator client {
  provider     = "prisma-client"
  output       = "../generated"
  moduleFormat = "cjs"
}

datasource db {
  provider = "sqlite"
}

model Visit {
  id Int      @id @default(autoincrement())
  at DateTime
}
`;
const db = (adapter: string): string => `import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';
export const prisma = new PrismaClient({ adapter: ${adapter} });\n`;
const stored = `await own.visit.create({ data: { at: new Date('2026-01-02T03:04:05.678Z') } });
  const [row] = await own.$queryRaw<{ at: unknown; kind: string }[]>\`SELECT "at", typeof("at") AS kind FROM "Visit"\`;
  const [visit] = await own.visit.findMany();
  expect(visit!.at).toEqual(new Date('2026-01-02T03:04:05.678Z'));\n  `;
const files = (adapter: string, expectation: string): Record<string, string> => ({
  'prisma/schema.prisma': schema,
  'src/db.ts': db(adapter),
  '__tests__/users.test.ts': `import { prisma as own } from '../src/db';
test('a date', async () => {
  ${stored}${expectation}
});\n`,
});
const url = `url: 'file:./production.db'`;

test('better-sqlite3 writes dates as text, as it does in production', async () => {
  expectPassed(await runJest('app', [], { files: files(`new PrismaBetterSqlite3({ ${url} })`, `expect(row!.kind).toBe('text');`) }), 1);
});

test("its timestampFormat: 'unixepoch-ms' is followed", async () => {
  const adapter = `new PrismaBetterSqlite3({ ${url} }, { timestampFormat: 'unixepoch-ms' })`;
  const expectation = `expect(row!.kind).toBe('integer'); expect(Number(row!.at)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678));`;
  expectPassed(await runJest('app', [], { files: files(adapter, expectation) }), 1);
});

test("and so is libsql's", async () => {
  const adapter = `new PrismaLibSql({ ${url} }, { timestampFormat: 'unixepoch-ms' })`;
  expectPassed(await runJest('app', [], { files: files(adapter, `expect(row!.kind).toBe('integer');`) }), 1);
});

test('the option `adapter` stands above what the app does', async () => {
  const changes = {
    ...files(`new PrismaBetterSqlite3({ ${url} })`, `expect(row!.kind).toBe('integer');`),
    'test/adapter.ts': `import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
export default (url: string) => new PrismaBetterSqlite3({ url }, { timestampFormat: 'unixepoch-ms' });\n`,
    'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { adapter: './test/adapter.ts' }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
  };
  expectPassed(await runJest('app', [], { files: changes }), 1);
});

test('two files with different options have what each asks for', async () => {
  const second = files(`new PrismaBetterSqlite3({ ${url} })`, `expect(row!.kind).toBe('text');`);
  const changes = {
    ...files(`new PrismaBetterSqlite3({ ${url} }, { timestampFormat: 'unixepoch-ms' })`, `expect(row!.kind).toBe('integer');`),
    'src/other.ts': second['src/db.ts']!,
    '__tests__/other.test.ts': second['__tests__/users.test.ts']!.replace('../src/db', '../src/other'),
  };
  expectPassed(await runJest('app', ['--runInBand'], { files: changes }), 2);
});

test('two clients of one file that would read values differently are an error, not a guess', async () => {
  const changes = {
    ...files(`new PrismaBetterSqlite3({ ${url} }, { timestampFormat: 'unixepoch-ms' })`, ''),
    '__tests__/users.test.ts': `import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { prisma as own } from '../src/db';
import { PrismaClient } from '../generated/client';
test('x', async () => {
  await own.visit.count();
  await new PrismaClient({ adapter: new PrismaBetterSqlite3({ ${url} }) }).visit.count();
});\n`,
  };
  const text = failureOf(await runJest('app', [], { files: changes }));
  expect(text).toContain('PRISMA_TEST_ADAPTER_CONFLICT');
  expect(text).toContain('__tests__/users.test.ts:6');
});
