import { expectPassed } from './expect-run';
import { openProject } from './project';
import { runIn, runJest } from './run-jest';

test.each([['-i'], ['-i', '--randomize']])(
  'what production does, a test does (%s)',
  async (...args) => {
    const run = await runJest('sandbox', [...args, 'works']);
    expectPassed(run);
    expect(run.stderr.match(/test\.concurrent runs one test after another/g)).toHaveLength(1);
  },
  120_000,
);

test('what a test leaves behind fails that test, and no other', async () => {
  const run = await runJest('sandbox', ['-i', 'fails']);
  const failed = Object.entries(run.outcomes).flatMap(([name, status]) => (status === 'failed' ? [name] : []));
  expect(failed).toEqual([
    'unawaited',
    'left open',
    'timed out',
    'ends its transaction',
    'hooks that throw',
    'loses a write',
    'shows its SQL',
  ]);
  const tests = run.results?.testResults[0]?.assertionResults ?? [];
  const messageOf = (name: string): string => tests.find(({ fullName }) => fullName === name)?.failureMessages.join('\n') ?? '';

  expect(messageOf('unawaited')).toMatch(
    /prisma\.user\.create\(\) at __tests__.fails\.test\.ts:3:\d+\n +sql +INSERT[\s\S]*PRISMA_TEST_UNAWAITED_QUERY/,
  );
  expect(messageOf('left open')).toMatch(
    /prisma\.\$transaction\(\) at __tests__.fails\.test\.ts:\d+:\d+[\s\S]*PRISMA_TEST_OPEN_TRANSACTION/,
  );
  expect(messageOf('timed out')).toMatch(/Exceeded timeout of 200 ms[\s\S]*PRISMA_TEST_OPEN_TRANSACTION/);
  expect(messageOf('ends its transaction')).toMatch(/statement +INSERT OR ROLLBACK[\s\S]*PRISMA_TEST_SANDBOX_LOST/);
  expect(messageOf('loses a write')).toMatch(
    /Taken along by a rollback[\s\S]*INSERT[\s\S]*by +prisma\.user\.create\(\) at __tests__.fails[^\n]*\n +with +prisma\.\$transaction\(\) at __tests__.fails/,
  );
  const shown = messageOf('shows its SQL');
  expect(shown).toMatch(
    /expected\s+SQL of this test:[\s\S]*"in beforeEach"[\s\S]*INSERT[\s\S]*by +prisma\.user\.create\(\) at __tests__.fails/,
  );
  expect(shown).not.toContain('in beforeAll');
}, 120_000);

test('--bail ends a run as it ends others, and the next one finds nothing of it', async () => {
  const project = openProject('sandbox', {
    files: {
      '__tests__/works.test.ts': null,
      '__tests__/fails.test.ts': null,
      '__tests__/a.test.ts': `declare const prisma: any;
beforeAll(() => prisma.user.create({ data: { email: 'of the block' } }));
test('fails', async () => { await prisma.user.create({ data: { email: 'x' } }); throw new Error('expected'); });
test('comes after', async () => expect(await prisma.user.count()).toBe(1));\n`,
      '__tests__/b.test.ts': `declare const prisma: any;
test('first id', async () => expect((await prisma.user.create({ data: { email: 'x' } })).id).toBe(1));\n`,
    },
  });
  try {
    for (const file of ['a', 'a']) {
      const bailed = await runIn(project, ['-i', '--bail', file]);
      // Jest exits in the midst of the run: it writes no results.
      expect(bailed.exitCode).toBe(1);
      expect(bailed.output).toMatch(/Tests: +1 failed, 1 passed, 2 total/);
      expect(bailed.output).not.toMatch(/PRISMA_TEST_|did not exit/);
    }
    expectPassed(await runIn(project, ['-i', '--bail', 'b.test']), 1);
  } finally {
    project.remove();
  }
}, 120_000);

test('the SQL of every test, or of none', async () => {
  const config = (log: string): string => `module.exports = { ...require('./jest.base'), testEnvironmentOptions: { log: '${log}' } };`;
  const base = 'jest.config.js';
  for (const log of ['all', 'none']) {
    const files = {
      'jest.base.js': "module.exports = { testEnvironment: 'prisma', transform: { '\\\\.[jt]sx?$': '@swc/jest' } };",
      [base]: config(log),
    };
    const run = await runJest('sandbox', ['-i', 'fails', '-t', 'starts a timer|shows its SQL'], { files });
    expect([log, run.output.includes('SQL of this test:')]).toEqual([log, log === 'all']);
  }
}, 120_000);
