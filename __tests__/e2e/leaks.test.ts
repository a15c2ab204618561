import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, startJest } from './run-jest';

jest.setTimeout(420_000);

let project: Project;
afterEach(() => project.remove());

const cache = (): Record<string, string> => ({ PRISMA_TEST_CACHE_DIR: path.join(project.scratch, 'cache') });
const leftovers = (): string[] => {
  const folder = path.join(project.scratch, 'cache/sqlite/workers');
  return existsSync(folder) ? readdirSync(folder) : [];
};

test('Jest finds no open handle, and ends by itself', async () => {
  project = openProject('app');
  const run = await runIn(project, ['--detectOpenHandles'], { env: cache(), timeout: 60_000 });
  expectPassed(run, 4);
  expect(run.output).not.toMatch(/open handle|did not exit|failed to exit/);
  expect(leftovers()).toEqual([]);
});

test('workers end by themselves', async () => {
  project = openProject('workers');
  const run = await runIn(project, ['-w', '3'], { env: cache(), timeout: 60_000 });
  expectPassed(run, 8);
  expect(run.output).not.toMatch(/did not exit|failed to exit/);
  expect(leftovers()).toEqual([]);
});

test('memory stays flat over 200 files', async () => {
  project = openProject('workers', {
    files: Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `__tests__/many-${String(index).padStart(3, '0')}.test.ts`,
        `test('it', async () => { await prisma.user.create({ data: { email: 'a@b.c' } }); });\n`,
      ]),
    ),
  });
  const run = await runIn(project, ['--runInBand', '--logHeapUsage', 'many'], {
    env: cache(),
    nodeArguments: ['--expose-gc'],
    timeout: 400_000,
  });
  expectPassed(run, 200);
  const heaps = [...run.stderr.matchAll(/\((\d+) MB heap size\)/g)].map(([, size]) => Number(size));
  expect(heaps).toHaveLength(200);
  const around = (index: number): number => Math.min(...heaps.slice(index - 10, index));
  // Jest itself keeps a little of each file. A realm with Prisma's client is 10 MB: keeping one in ten would show.
  expect(around(200) - around(50)).toBeLessThan(150);
});

test('a file that does not touch prisma loads no client, and sends nothing', async () => {
  project = openProject('app', {
    files: {
      '__tests__/users.test.ts': `test('cheap', () => {
  const loaded = Object.keys(require.cache).filter((file) => /@prisma|generated/.test(file));
  expect(loaded).toEqual([]);
});\n`,
    },
  });
  const run = await runIn(project, [], { env: { ...cache(), PRISMA_TEST_TIMING: '1' } });
  expectPassed(run, 1);
  expect(run.output).not.toContain('client');
});

test('the run is the same in a second run, which builds nothing', async () => {
  project = openProject('app');
  const first = await runIn(project, [], { env: { ...cache(), PRISMA_TEST_TIMING: '1' } });
  const second = await runIn(project, [], { env: { ...cache(), PRISMA_TEST_TIMING: '1' } });
  for (const run of [first, second]) expectPassed(run, 4);
  expect(first.output).toMatch(/template +[\d.]+ ms {2}built/);
  expect(second.output).toMatch(/template +[\d.]+ ms {2}hit/);
  expect(second.output).not.toContain('pushing the schema');
});

test('a watching Jest runs again, sees a changed schema, and leaves nothing', async () => {
  project = openProject('workers', {
    files: {
      'jest.config.js': `module.exports = { testEnvironment: 'prisma', transform: { '\\\\.ts$': '@swc/jest' }, watchPathIgnorePatterns: ['/generated/'] };\n`,
      '__tests__/two.test.ts': null,
      '__tests__/three.test.ts': null,
      '__tests__/four.test.ts': null,
    },
  });
  // Jest reads keys from a terminal only.
  const terminal = path.join(project.scratch, 'terminal.js');
  writeFileSync(terminal, 'process.stdin.isTTY = true;\nprocess.stdin.setRawMode = () => process.stdin;\n');
  const running = startJest(project, ['--watchAll'], { env: cache(), nodeArguments: ['--require', terminal], timeout: 60_000 });
  const runs = (count: number): RegExp => new RegExp(`(Ran all test suites[^]*){${count}}`);
  await running.waitFor(runs(1));
  expect(running.output()).toMatch(/Tests: +2 passed/);

  running.child.stdin?.write('\r');
  await running.waitFor(runs(2));

  const schema = readFileSync(path.join(project.dir, 'prisma/schema.prisma'), 'utf8');
  project.change({ files: { 'prisma/schema.prisma': schema.replace('@unique', '@unique\n  name  String?') } });
  const tests = `test('the new column', async () => {
  expect(await prisma.user.create({ data: { email: 'x', name: 'y' } })).toMatchObject({ name: 'y' });
});\n`;
  project.change({ files: { '__tests__/one.test.ts': tests }, generate: false });
  await running.waitFor(/Tests: +1 passed/);
  running.child.stdin?.write('q');
  running.child.stdin?.end();
  const run = await running.done;
  expect(run.exitCode).toBe(0);
  expect(leftovers()).toEqual([]);
});
