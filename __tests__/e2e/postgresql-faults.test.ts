import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startPrivateServer } from '../providers/private-server';
import { failureOf } from './expect-run';
import { meetingOf, openLab, patient } from './postgresql-lab';
import { openProject, type Project } from './project';
import { runIn, startJest } from './run-jest';

jest.setTimeout(180_000);

const lab = openLab('faults');
const { env } = lab;
let project: Project;
afterEach(() => project.remove());

/** Files by name: Jest's own order depends on what it remembers. */
const inOrder = `const Sequencer = require('@jest/test-sequencer').default;
module.exports = class extends Sequencer { sort(tests) { return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1)); } };\n`;

lab.test('connections that an administrator ends: the test fails and says why, the next file works', async () => {
  project = openProject('postgresql', {
    files: {
      'outside.ts': `import { createHash } from 'node:crypto';
import { Client } from 'pg';

const database = new URL(prismaTest.url).pathname.slice(1);
const key = createHash('sha256').update(\`jest-environment-prisma slot \${database}\`).digest().readBigInt64BE(0);
const sandboxes = \`SELECT pid FROM pg_stat_activity WHERE datname = '\${database}' AND pid <> pg_backend_pid()\`;
const leases = \`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND ((classid::bigint << 32) | objid::bigint) = \${key}\`;

export async function terminate(what: 'sandbox' | 'all'): Promise<number> {
  const client = new Client({ connectionString: Object.assign(new URL(prismaTest.url), { pathname: '/postgres' }).href });
  await client.connect();
  const { rows } = await client.query(\`SELECT pg_terminate_backend(pid) FROM (\${sandboxes}\${what === 'all' ? \` UNION \${leases}\` : ''}) ended\`);
  await client.end();
  await new Promise((resolve) => setTimeout(resolve, 200));
  return rows.length;
}\n`,
      '__tests__/one.test.ts': `import { terminate } from '../outside';
test('the sandbox goes', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  expect(await terminate('sandbox')).toBe(1);
  await prisma.user.count();
});
test('the next test works', async () => {
  expect(await prisma.user.count()).toBe(0);
  // A sequence stands where the lost connection had moved it, unless it is set back.
  expect((await prisma.user.create({ data: { email: 'y' } })).id).toBe(1);
});\n`,
      '__tests__/two.test.ts': `import { terminate } from '../outside';
test('sandbox and lease go', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  expect(await terminate('all')).toBe(2);
  await prisma.user.count();
});\n`,
      '__tests__/zero.test.ts': `test('the next file works', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  expect(await prisma.user.findMany()).toEqual([{ id: 1, email: 'x' }]);
});\n`,
      'sequencer.js': inOrder,
    },
  });
  const run = await runIn(project, ['--runInBand', '--testSequencer=./sequencer.js'], { env });
  expect({ outcomes: run.outcomes, output: run.output }).toMatchObject({
    outcomes: {
      'the sandbox goes': 'failed',
      'the next test works': 'passed',
      'sandbox and lease go': 'failed',
      'the next file works': 'passed',
    },
  });
  const messages = run.results?.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ failureMessages }) => failureMessages),
  );
  expect(messages).toEqual(
    [1, 2].map(() => expect.stringMatching(/connection to the test database was lost[\s\S]*PRISMA_TEST_CONNECTION_LOST/)),
  );
});

test('a server that is restarted in the midst of a test: it fails and says why, the next file works', async () => {
  const server = await startPrivateServer();
  project = openProject('postgresql', {
    files: {
      '__tests__/one.test.ts': `import { meet, waitForFile } from '../meet';
test('meanwhile the server is restarted', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  await meet('one', prismaTest.url);
  await waitForFile('restarted');
  await prisma.user.count();
});\n`,
      '__tests__/two.test.ts': `import { waitForFile } from '../meet';
test('the next file works', async () => {
  await waitForFile('restarted');
  expect(await prisma.user.create({ data: { email: 'x' } })).toMatchObject({ id: 1 });
});\n`,
      'sequencer.js': inOrder,
    },
  });
  const meeting = path.join(project.scratch, 'meeting');
  try {
    const running = startJest(project, ['--runInBand', '--testSequencer=./sequencer.js', patient], {
      env: { DATABASE_URL: server.url('app'), MEETING: meeting, MEETERS: '1' },
    });
    await meetingOf(running, meeting, 1);
    server.restart();
    writeFileSync(path.join(meeting, 'restarted'), '');
    const run = await running.done;
    expect({ outcomes: run.outcomes, output: run.output }).toMatchObject({
      outcomes: { 'meanwhile the server is restarted': 'failed', 'the next file works': 'passed' },
    });
    expect(failureOf(run)).toMatch(/connection to the test database was lost[\s\S]*PRISMA_TEST_CONNECTION_LOST/);
  } finally {
    await server.remove();
  }
});
