import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expectPassed, failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, type JestRun } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeEach(() => (project = openProject('fixtures-blog')));
afterEach(() => project.remove());

const run = (text: string, docblock: string, options?: object): Promise<JestRun> => {
  const config = {
    testEnvironment: 'prisma',
    testEnvironmentOptions: { databases: { service: { config: './service/prisma.config.ts' } }, ...options },
    transform: { '\\.ts$': '@swc/jest' },
  };
  project.change({
    generate: false,
    files: {
      'src/users.ts': 'export const findAll = () => prisma.user.findMany();',
      '__tests__/case.test.ts': `${docblock}\nimport { findAll } from '../src/users';\n${text}`,
      'jest.config.js': `module.exports = ${JSON.stringify(config)}`,
    },
  });
  return runIn(project, ['--runInBand', 'case'], { env: { PRISMA_TEST_CACHE_DIR: cache() } });
};
const cache = (): string => path.join(project.scratch, 'cache');
/** Databases and templates that were made. */
const made = (): string[] =>
  existsSync(cache())
    ? readdirSync(cache(), { recursive: true })
        .map(String)
        .filter((file) => /\.(db|sqlite)|tpl|_test_/.test(file))
    : [];

test('a file that denies access: the error shows the line in the code, and nothing is built', async () => {
  const result = await run(`test('x', async () => { await findAll(); });`, '/** @prisma-access deny */');
  const text = failureOf(result);
  expect(text).toContain('Database access not allowed: this file says `@prisma-access deny`.');
  expect(text).toMatch(/query +prisma\.user\.findMany\(\) at .*src\/users\.ts:1:\d+/);
  expect(text).toContain('cure   remove the pragma, or move the test to a file that may use the database');
  expect(text).toContain('PRISMA_TEST_ACCESS_DENIED');
  expect(made()).toEqual([]);
});

test('every kind of query is one', async () => {
  const calls = ['$queryRaw`SELECT 1`', '$transaction(async (tx) => tx.user.count())', '$transaction([prisma.user.count()])', '$connect()'];
  const tests = calls.map(
    (call) => `test(${JSON.stringify(call)}, () => expect(prisma.${call}).rejects.toThrow(/Database access not allowed/));`,
  );
  expectPassed(await run(tests.join('\n'), '/** @prisma-access deny */'), calls.length);
  expect(made()).toEqual([]);
});

test('a project that denies access, and a file that allows it', async () => {
  const text = failureOf(await run(`test('x', async () => { await findAll(); });`, '', { access: 'deny' }));
  expect(text).toContain("Database access not allowed: the options say `access: 'deny'`.");
  expect(text).toContain('/** @prisma-access allow */');
  expect(made()).toEqual([]);
  expectPassed(
    await run(`test('x', async () => { expect(await findAll()).toEqual([]); });`, '/** @prisma-access allow */', { access: 'deny' }),
  );
  expect(made()).not.toEqual([]);
});

test('a file that names its databases', async () => {
  const text = `
    test('the one', async () => { expect(await findAll()).toEqual([]); });
    test('the other', async () => { await prismaTest.databases.service.client.invoice.count(); });
  `;
  const result = await run(text, '/** @prisma-databases default */');
  expect(result.outcomes).toEqual({ 'the one': 'passed', 'the other': 'failed' });
  const failure = failureOf(result);
  expect(failure).toContain("this file uses other databases than 'service', it says `@prisma-databases default`");
  expect(failure).toMatch(/query +prisma\.invoice\.count\(\) at .*case\.test\.ts/);
  expect(failure).toContain('write `@prisma-databases default service`');
  expect(made().some((file) => file.includes('service'))).toBe(false);
  expectPassed(await run(text, '/** @prisma-databases default service */'), 2);
});

test('a database that is not there', async () => {
  const text = failureOf(await run(`test('x', () => {});`, '/** @prisma-databases servise */'));
  expect(text).toContain("Unknown database 'servise' in the file's docblock.");
  expect(text).toContain('write `@prisma-databases service`');
  expect(text).toContain('PRISMA_TEST_DATABASE_UNKNOWN');
});
