import { failureOf } from './expect-run';
import { runJest } from './run-jest';

jest.setTimeout(60_000);

const config = (options: string): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
});
const tests = `import { signUp } from '../src/users';
test('a test that fails', async () => {
  await signUp('a@b.c');
  await prisma.$queryRaw\`SELECT 1 AS one\`;
  expect(await prisma.user.count()).toBe(2);
});
test('the one after it', async () => expect(await prisma.user.count()).toBe(0));\n`;
const files = { '__tests__/users.test.ts': tests };

test('the SQL of a failing test stands between its message and its line', async () => {
  const run = await runJest('app', [], { files });
  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a test that fails': 'failed', 'the one after it': 'passed' });
  const text = failureOf(run);
  expect(text).toMatch(/Expected: 2\s+Received: 1\s+SQL of this test:\s+INSERT INTO `main`\.`User`[^]*SELECT 1 AS one[^]*> 5 \|/);
  expect(text).toContain('with   "a@b.c"');
  expect(text).toMatch(/by {5}prisma\.user\.create\(\) at (?:<project>\/)?src\/users\.ts:3:\d+/);
  expect(text).toMatch(/by {5}prisma\.\$queryRaw\(\) at (?:<project>\/)?__tests__\/users\.test\.ts:4:\d+/);
  expect(text).not.toContain('SAVEPOINT');
});

test("log: 'none' shows none", async () => {
  const text = failureOf(await runJest('app', [], { files: { ...files, ...config(`{ log: 'none' }`) } }));
  expect(text).toContain('Received: 1');
  expect(text).not.toContain('SQL of this test');
});

test("log: 'all' prints it for tests that pass, too", async () => {
  const run = await runJest('app', ['-t', 'the one after'], { files: { ...files, ...config(`{ log: 'all' }`) } });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain('the one after it');
  expect(run.stdout).toContain('SELECT COUNT(*)');
});

test('an error of the database is expected by one test and seen by no other', async () => {
  const expecting = `test('a unique key', async () => {
  await prisma.user.create({ data: { email: 'a@b.c' } });
  await expect(prisma.user.create({ data: { email: 'a@b.c' } })).rejects.toMatchObject({ code: 'P2002' });
  expect(await prisma.user.count()).toBe(1);
});
test.failing('a test that is known to fail', async () => { await prisma.user.create({ data: { email: 'a@b.c' } }); expect(1).toBe(2); });
test('nothing is left', async () => expect(await prisma.user.count()).toBe(0));\n`;
  const run = await runJest('app', [], { files: { '__tests__/users.test.ts': expecting } });
  expect(Object.values(run.outcomes)).toEqual(['passed', 'passed', 'passed']);
});

test('a test that is tried again begins anew each time', async () => {
  const retried = `jest.retryTimes(3);
let tries = 0;
beforeEach(async () => { await prisma.user.create({ data: { email: 'each' } }); });
test('the third time', async () => {
  tries += 1;
  await prisma.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(2);
  expect(tries).toBe(3);
});\n`;
  const run = await runJest('app', [], { files: { '__tests__/users.test.ts': retried } });
  expect(run.outcomes).toEqual({ 'the third time': 'passed' });
});

test('a query that is not awaited is reported with its line, and the next test does not meet it', async () => {
  const late = `test('forgets to await', () => { void prisma.user.create({ data: { email: 'a@b.c' } }).then(() => {}); });
test('the one after it', async () => expect(await prisma.user.count()).toBe(0));\n`;
  const run = await runJest('app', [], { files: { '__tests__/users.test.ts': late } });
  expect(run.outcomes).toEqual({ 'forgets to await': 'failed', 'the one after it': 'passed' });
  expect(failureOf(run)).toContain('PRISMA_TEST_UNAWAITED_QUERY');
  expect(failureOf(run)).toContain('__tests__/users.test.ts:1:');
});
