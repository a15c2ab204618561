import { expectPassed } from './expect-run';
import { openLab } from './postgresql-lab';
import { runJest } from './run-jest';

jest.setTimeout(120_000);

const lab = openLab('pgsandbox');
const { env } = lab;

const only = (text: string): Record<string, string | null> => ({
  '__tests__/one.test.ts': null,
  '__tests__/two.test.ts': null,
  '__tests__/sandbox.test.ts': text,
});

lab.test('the time of the database is not older than the test, and what a test holds is let go with it', async () => {
  const text = `import { Client } from 'pg';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const now = async () => {
  const [row] = await prisma.$queryRaw<[{ now: Date }]>\`SELECT now() AS now\`;
  return row.now.getTime();
};
const add = (email: string) => prisma.user.create({ data: { email } });
const outside = async (sql: string) => {
  const client = new Client({ connectionString: prismaTest.url });
  await client.connect();
  const { rows } = await client.query(\`SET lock_timeout = '2s'; \${sql}\`).then((all) => (all as never as { rows: unknown[] }[])[1]).finally(() => client.end());
  return rows;
};

test.each([1, 2, 3, 4, 5])('now, test %i', async () => {
  const before = Date.now();
  expect(await now()).toBeGreaterThanOrEqual(before);
  await add('a@b.c');
});
test('sends nothing for a while', () => sleep(100));
test('and then now', async () => {
  const before = Date.now();
  expect(await now()).toBeGreaterThanOrEqual(before);
});

test('holds locks', async () => {
  await add('a@b.c');
  await prisma.$executeRaw\`LOCK TABLE "Post" IN ACCESS EXCLUSIVE MODE\`;
});
test('that another connection may take in the next test', async () => {
  await outside('LOCK TABLE "User", "Post" IN ACCESS EXCLUSIVE MODE; SELECT 1');
});
afterAll(async () => expect(await outside('SELECT count(*)::int AS users FROM "User"')).toEqual([{ users: 0 }]));

describe('ids', () => {
  beforeAll(() => add('of the block'));
  test.each([1, 2, 3])('are the same, test %i', async () => {
    expect((await add('x')).id).toBe(2);
    await expect(add('x')).rejects.toMatchObject({ code: 'P2002' });
    await prisma.$transaction(async () => { await add('y'); throw new Error('undone'); }).catch(() => {});
    expect((await add('z')).id).toBe(5);
  });
  test('a sequence that nobody touched is as it was', async () => {
    expect((await prisma.post.create({ data: { title: 'x', authorId: 1 } })).id).toBe(1);
  });
});
test('and begin anew after the block', async () => expect((await add('x')).id).toBe(1));\n`;
  expectPassed(await runJest('postgresql', ['-i'], { files: only(text), env }), 14);
});
