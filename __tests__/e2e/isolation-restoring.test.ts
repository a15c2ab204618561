import { runJest } from './run-jest';

const transform = "transform: { '\\\\.ts$': '@swc/jest' }";
const clean = `test('nothing of the others is here: $NAME', () => {
  expect(process.env.DATABASE_URL).toBe('file:./of-the-app.db');
  expect(globalThis.prismaTest).toBeUndefined();
  expect(Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => name.includes('prisma'))).toEqual([]);
});`;

test('projects and files with other environments find nothing of this one, in band', async () => {
  const run = await runJest('basic', ['-i'], {
    env: { DATABASE_URL: 'file:./of-the-app.db' },
    files: {
      'reporter.js': `module.exports = class { onRunComplete(contexts) { for (const { config } of contexts) console.log('SETUP ' + config.displayName.name + ' ' + config.setupFilesAfterEnv.length); } };`,
      'jest.config.js': `module.exports = { reporters: ['default', '<rootDir>/reporter.js'], projects: [
  { displayName: 'one', testEnvironment: 'prisma', testEnvironmentOptions: { isolation: 'truncate', sql: ['./one.sql'] }, testMatch: ['**/one*.test.ts'], ${transform} },
  { displayName: 'two', testEnvironment: 'prisma', testEnvironmentOptions: { isolation: 'clone' }, testMatch: ['**/two*.test.ts'], ${transform} },
  { displayName: 'plain', testEnvironment: 'node', testMatch: ['**/plain*.test.ts'], ${transform} },
] };`,
      'one.sql': "INSERT INTO User (email) VALUES ('one');",
      '__tests__/first.test.ts': null,
      '__tests__/one-a.test.ts': `test('one has its seed', async () => { expect(await prisma.user.count()).toBe(1); expect(process.env.DATABASE_URL).toContain('_test_'); });`,
      '__tests__/one-b.test.ts': `/** @jest-environment node */\n${clean.replace('$NAME', 'one-b')}`,
      '__tests__/two-a.test.ts': `const before = process.env.DATABASE_URL;
test('two has none, and a database for each test', async () => { expect(await prisma.user.count()).toBe(0); expect(process.env.DATABASE_URL).not.toBe(before); expect(prismaTest.url).toBe(process.env.DATABASE_URL); });`,
      '__tests__/plain-a.test.ts': clean.replace('$NAME', 'plain-a'),
      '__tests__/plain-b.test.ts': `/** @jest-environment prisma */\ntest('a single file may have it', async () => expect(await prisma.user.count()).toBe(0));`,
      '__tests__/plain-c.test.ts': clean.replace('$NAME', 'plain-c'),
    },
  });
  const failed = Object.entries(run.outcomes).filter(([, status]) => status !== 'passed');
  expect({ failed, output: run.exitCode === 0 ? '' : run.output }).toEqual({ failed: [], output: '' });
  expect(run.output.match(/SETUP \S+ \d/g)?.toSorted()).toEqual(['SETUP one 0', 'SETUP plain 0', 'SETUP two 0']);
}, 120_000);
