import path from 'node:path';
import { expectPassed } from './expect-run';
import { clean, meetingOf, openLab, patient } from './postgresql-lab';
import { openProject, type Project } from './project';
import { runIn, startJest, type RunningJest } from './run-jest';

jest.setTimeout(120_000);

const lab = openLab('runs');
const { base, env } = lab;
let project: Project;
afterEach(() => project.remove());

/** A file for each name that writes, waits for the others, and reads what it wrote. */
const files = (names: readonly string[]): Record<string, string | null> => ({
  '__tests__/one.test.ts': null,
  '__tests__/two.test.ts': null,
  ...Object.fromEntries(
    names.map((name) => [
      `__tests__/${name}.test.ts`,
      `import { meet } from '../meet';
test('${name}', async () => {
  await prisma.user.create({ data: { email: '${name}' } });
  await meet('${name}', prismaTest.url);
  expect(await prisma.user.findMany()).toEqual([{ id: 1, email: '${name}' }]);
});\n`,
    ]),
  ),
});

/** Runs that all meet in one place, each of whose files has a database of its own then. */
async function expectApart(runs: readonly RunningJest[], meeting: string, count: number): Promise<void> {
  const [first] = runs;
  const urls = first ? await meetingOf(first, meeting, count) : [];
  for (const { done } of runs) expectPassed(await done);
  expect(new Set(urls).size).toBe(count);
}

/** Kinds of databases, most of them leftovers for the next run. */
async function counted(): Promise<Record<string, number>> {
  const counts = { templates: 0, workers: 0, others: 0 };
  for (const name of await lab.databases()) {
    if (/_tpl_\w+(?<!_new)$/.test(name)) counts.templates += 1;
    else if (/_test_[0-9a-f]+_\d+$/.test(name)) counts.workers += 1;
    else counts.others += 1;
  }
  return counts;
}

lab.test('eight workers on a cold start: one builds the template, each has a database', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `file${n}`);
  project = openProject('postgresql', { files: files(names) });
  const meeting = path.join(project.scratch, 'meeting');
  await expectApart([startJest(project, ['-w', '8', patient], { env: { ...env, MEETING: meeting, MEETERS: '8' } })], meeting, 8);
  expect(await counted()).toMatchObject({ templates: 1, workers: 8, others: 0 });

  // What is left is bounded, taken over, and goes when it is told to.
  expectPassed(await runIn(project, ['-w', '2', 'file0', 'file1'], { env }), 2);
  expect(await counted()).toMatchObject({ templates: 1, workers: 8 });
  clean(project, env);
  expect(await lab.databases()).toEqual([]);
});

lab.test('two runs that begin at the same moment with nothing made yet, each half of the files (`--shard`)', async () => {
  project = openProject('postgresql', { files: files(['one', 'two', 'three', 'four']) });
  const meeting = path.join(project.scratch, 'meeting');
  const start = (shard: string): RunningJest =>
    startJest(project, ['-w', '2', `--shard=${shard}`, patient], { env: { ...env, MEETING: meeting, MEETERS: '4' } });
  await expectApart([start('1/2'), start('2/2')], meeting, 4);
  expect(await counted()).toMatchObject({ templates: 1, workers: 4 });
});

lab.test('a template that was deleted by hand is built anew, beside the leftovers that were made of it', async () => {
  const template = (await lab.databases()).find((name) => name.startsWith(`${base}_tpl_`));
  await lab.run(`DROP DATABASE "${template}"`);
  project = openProject('postgresql');
  expectPassed(await runIn(project, ['-w', '2'], { env }), 4);
  expect(await lab.databases()).toContain(template);
});
