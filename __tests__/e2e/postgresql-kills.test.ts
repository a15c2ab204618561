import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { clean, openLab, patient } from './postgresql-lab';
import { openProject, type Project } from './project';
import { runIn, startJest } from './run-jest';

jest.setTimeout(180_000);

const lab = openLab('kills');
const { base, env } = lab;
let project: Project;
afterEach(() => project.remove());

/** Locks that sessions of this lab hold are gone with them; what is there are the template and what workers left. */
async function expectOnlyLeftovers(workers: number): Promise<void> {
  const names = await lab.databases();
  expect(names.filter((name) => /_tpl_[0-9a-f]+$/.test(name))).toHaveLength(1);
  expect(names.filter((name) => /_test_[0-9a-f]+_\d+$/.test(name)).length).toBeLessThanOrEqual(workers);
  // A leftover is dropped while the tests run; whose run ends first leaves it to the slot's next clone.
  expect(names.filter((name) => name.endsWith('_new'))).toEqual([]);
  await lab.until(`NOT EXISTS (SELECT FROM pg_stat_activity WHERE starts_with(datname, '${base}'))`);
}

lab.test('fifteen workers killed in the midst of a query: the tests fail, everything else goes on, nothing stays', async () => {
  const victims = ['a', 'b', 'c', 'd', 'e'];
  project = openProject('postgresql', {
    files: {
      '__tests__/one.test.ts': `import { meet } from '../meet';
test('the one that is left', async () => {
  await meet('one', '', 6);
  await prisma.user.create({ data: { email: 'x' } });
  expect(await prisma.user.count()).toBe(1);
});\n`,
      '__tests__/two.test.ts': null,
      ...Object.fromEntries(
        victims.map((name) => [
          `__tests__/${name}.test.ts`,
          `import { meet } from '../meet';
test('is killed', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  await meet('${name}', String(process.pid), 6);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50 + 100 * Math.random());
  await prisma.$queryRaw\`SELECT pg_sleep(20)::text\`;
});\n`,
        ]),
      ),
    },
  });
  for (let round = 0; round < 3; round += 1) {
    const MEETING = path.join(project.scratch, `meeting-${round}`);
    const run = await startJest(project, ['-w', '6', patient], { env: { ...env, MEETING } }).done;
    expect(run.outcomes).toEqual({ 'the one that is left': 'passed' });
    expect(run.results?.numRuntimeErrorTestSuites).toBe(victims.length);
    expect(run.output).toContain('SIGKILL');
  }
  project.change({ files: Object.fromEntries(victims.map((name) => [`__tests__/${name}.test.ts`, null])), generate: false });
  expectPassed(await runIn(project, [], { env }), 1);
  await expectOnlyLeftovers(6);
  clean(project, env);
  expect(await lab.databases()).toEqual([]);
});

lab.test('fifteen runs killed in the midst of building the template: the next run builds it, nothing stays', async () => {
  project = openProject('postgresql', {
    files: {
      'prisma/slow.sql': 'SELECT pg_sleep(0.5);\nCREATE TABLE slow (id int);\nSELECT pg_sleep(0.5);\n',
      'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { sql: ['./prisma/slow.sql'] }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
    },
  });
  for (let round = 0; round < 5; round += 1) {
    const runs = [1, 2, 3].map(() => startJest(project, ['--runInBand', 'one'], { env }));
    await Promise.race([
      lab.until(`EXISTS (SELECT FROM pg_database WHERE starts_with(datname, '${base}') AND datname LIKE '%\\_new')`),
      ...runs.map(({ done }) => done),
    ]);
    await delay(600 * Math.random());
    for (const run of runs) run.killAll();
    await Promise.all(runs.map(({ done }) => done));
    // A killed process is there until its parent, or whoever takes its place, has heard of it.
    for (let waited = 0; waited < 5000 && runs.some((run) => run.isAlive()); waited += 50) await delay(50);
    expect(runs.map((run) => run.isAlive())).toEqual([false, false, false]);
  }
  expect((await lab.databases()).some((name) => /_tpl_[0-9a-f]+$/.test(name))).toBe(false);
  expectPassed(await runIn(project, ['-w', '2'], { env }), 4);
  await expectOnlyLeftovers(2);
  clean(project, env);
  expect(await lab.databases()).toEqual([]);
});
