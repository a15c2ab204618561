import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, startJest } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeEach(() => (project = openProject('workers')));
afterEach(() => project.remove());

const ownCache = (): Record<string, string> => ({ PRISMA_TEST_CACHE_DIR: path.join(project.scratch, 'cache') });
const listCache = (folder: string): string[] => {
  const dir = path.join(project.scratch, 'cache', folder);
  return existsSync(dir) ? readdirSync(dir) : [];
};
const leftovers = (): string[] => listCache('sqlite/workers');

/** Every worker writes the URL of its database into a file when it comes to a meeting. */
function meeting(count: number): { env: Record<string, string>; urls: () => string[] } {
  const dir = path.join(project.scratch, 'meeting');
  const start = path.join(dir, 'start');
  return {
    env: { MEETING: dir, MEETERS: String(count), ...ownCache() },
    urls: () => readdirSync(start).map((file) => readFileSync(path.join(start, file), 'utf8')),
  };
}

test.each([2, 4])('%d workers have a database each', async (count) => {
  const { env, urls } = meeting(count);
  const only = ['one', 'two', 'three', 'four'].slice(0, count);
  const run = await runIn(project, ['-w', String(count), ...only], { env });
  expectPassed(run, count * 2);
  expect(new Set(urls()).size).toBe(count);
  expect(leftovers()).toEqual([]);
});

test('in band the files have one database, one after the other', async () => {
  const run = await runIn(project, ['--runInBand'], { env: ownCache() });
  expectPassed(run, 8);
  expect(leftovers()).toEqual([]);
});

test('two runs at once in one folder do not meet', async () => {
  const { env, urls } = meeting(2);
  const runs = ['one', 'two'].map((name) => startJest(project, ['--runInBand', name], { env }));
  for (const run of await Promise.all(runs.map(({ done }) => done))) expectPassed(run, 2);
  expect(new Set(urls()).size).toBe(2);
  expect(leftovers()).toEqual([]);
});

test('the run after one that was killed removes what it left', async () => {
  const { env } = meeting(5);
  const running = startJest(project, ['-w', '2', 'one', 'two'], { env });
  const written = path.join(project.scratch, 'meeting', 'written');
  let isDone = false;
  void running.done.then(() => (isDone = true));
  while (!isDone && !(existsSync(written) && readdirSync(written).length === 2)) await new Promise((resolve) => setTimeout(resolve, 20));
  running.killAll();
  await running.done;
  expect(leftovers().filter((file) => file.endsWith('.db'))).toHaveLength(2);

  expectPassed(await runIn(project, ['one'], { env: ownCache() }), 2);
  expect(leftovers()).toEqual([]);
});

test('nothing is left but the template', async () => {
  const before = project.files();
  let run = await runIn(project, ['-w', '2'], { env: ownCache() });
  // On a busy machine Jest kills a worker that takes longer than half a second to exit; what that leaves is the next run's to remove.
  if (run.output.includes('has been force exited')) run = await runIn(project, ['--runInBand'], { env: ownCache() });
  expectPassed(run, 8);
  expect(project.files()).toEqual(before);
  expect(listCache('sqlite')).toEqual([expect.stringMatching(/_tpl_\w+\.db$/), 'workers']);
  expect(leftovers()).toEqual([]);
});
