import { query, serverUrl, unreachable } from '../providers/mysql-server';
import { expectPassed } from './expect-run';
import { openProject } from './project';
import { runIn, runJest } from './run-jest';

const base = `jep_e2e_${process.pid}`;
const env = { DATABASE_URL: serverUrl(base) };
const databases = async (): Promise<string[]> =>
  (await query(serverUrl(''), 'SHOW DATABASES')).map((row) => String(row['Database'])).filter((name) => name.startsWith(base));

let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED mysql: ${why}\n`);
});

afterAll(async () => {
  if (!why) for (const name of await databases()) await query(serverUrl(''), `DROP DATABASE IF EXISTS \`${name}\``);
}, 60_000);

const promise = (name: string, work: () => Promise<void>): void => test(name, async () => (why ? undefined : work()), 120_000);

promise('the sandbox on MySQL or MariaDB does what it does elsewhere', async () => {
  const run = await runJest('mysql', [], { env });
  expect(Object.values(run.outcomes).filter((status) => status !== 'passed')).toEqual([]);
  expect({ exitCode: run.exitCode, tests: Object.keys(run.outcomes).length, output: run.exitCode === 0 ? '' : run.output }).toEqual({
    exitCode: 0,
    tests: 11,
    output: '',
  });
});

promise('two workers end by themselves, without a word', async () => {
  const project = openProject('mysql', {
    files: {
      '__tests__/second.test.ts': "import { db } from '../src/db';\ntest('is empty', async () => expect(await db.user.count()).toBe(0));\n",
    },
  });
  try {
    const run = await runIn(project, ['--maxWorkers=2'], { env });
    expect({ exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({ exitCode: 0, output: '' });
    expect(run.output).not.toMatch(/failed to exit|did not exit|open handle|ECONN|pool is/i);
  } finally {
    project.remove();
  }
});

promise('what a test sets for its session ends with the test', async () => {
  const project = openProject('mysql', {
    files: {
      '__tests__/sandbox.test.ts': null,
      '__tests__/session.test.ts': `import { db } from '../src/db';
const variable = async () => Number((await db.$queryRaw\`SELECT @@foreign_key_checks AS n\` as [{ n: bigint }])[0].n);
test('sets', async () => { await db.user.create({ data: { email: 'a' } }); await db.$executeRawUnsafe('SET FOREIGN_KEY_CHECKS = 0'); expect(await variable()).toBe(0); });
test('is as it was', async () => { expect(await variable()).toBe(1); expect((await db.user.create({ data: { email: 'a' } })).id).toBe(1); });
test('uses another database', async () => { await db.$executeRawUnsafe('USE information_schema'); });
test('is in its own', async () => expect((await db.user.create({ data: { email: 'a' } })).id).toBe(1));`,
    },
  });
  try {
    expectPassed(await runIn(project, ['-i'], { env }), 4);
  } finally {
    project.remove();
  }
});

promise('a statement that does not end is cut on the server, and the next test has a connection', async () => {
  const project = openProject('mysql', {
    files: {
      '__tests__/sandbox.test.ts': null,
      '__tests__/sleeps.test.ts': `import { db } from '../src/db';
test('sleeps', async () => { await db.user.create({ data: { email: 'a' } }); void db.$queryRaw\`SELECT SLEEP(60)\`.catch(() => {}); });
test('is empty', async () => {
  expect(await db.user.count()).toBe(0);
  const left = await db.$queryRaw\`SELECT count(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(60)%'\`;
  expect(Number((left as [{ n: bigint }])[0].n)).toBe(0);
});`,
    },
  });
  try {
    const run = await runIn(project, ['-i'], { env });
    expect(run.outcomes).toEqual({ sleeps: 'failed', 'is empty': 'passed' });
    expect(run.output).toMatch(/SELECT SLEEP\(60\)[\s\S]*PRISMA_TEST_STATEMENT_CUT/);
    expect(run.duration).toBeLessThan(30_000);
  } finally {
    project.remove();
  }
});

promise('a procedure that commits is noticed, and the next test finds a fresh database', async () => {
  const project = openProject('mysql', {
    files: {
      '__tests__/sandbox.test.ts': null,
      'prisma/commit.sql': 'CREATE PROCEDURE sneaky() BEGIN COMMIT; END',
      'jest.config.js':
        "module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { source: 'sql', source: 'migrations', sql: ['./prisma/commit.sql'] }, transform: { '\\\\.ts$': '@swc/jest' } };",
      '__tests__/commit.test.ts': `import { db } from '../src/db';
test('commits', async () => { await db.user.create({ data: { email: 'a' } }); await db.$executeRawUnsafe('CALL sneaky()'); });
test('is empty', async () => expect(await db.user.count()).toBe(0));`,
    },
  });
  try {
    const run = await runIn(project, [], { env });
    expect({ outcomes: run.outcomes, output: run.output }).toMatchObject({ outcomes: { 'is empty': 'passed' } });
    expect(run.output).toMatch(/CALL sneaky[\s\S]*PRISMA_TEST_SANDBOX_LOST/);
  } finally {
    project.remove();
  }
});
