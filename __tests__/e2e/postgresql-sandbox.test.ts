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

lab.test('what functions, sequences and constraints do beside the statement is undone, checked and kept as in production', async () => {
  const text = `import { Client } from 'pg';
const x = (sql: string, ...values: unknown[]) => prisma.$executeRawUnsafe(sql, ...values);
const q = (sql: string, ...values: unknown[]) => prisma.$queryRawUnsafe<any[]>(sql, ...values);
const outside = async (sql: string) => {
  const client = new Client({ connectionString: prismaTest.url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
};

test.each([1, 2])('a sequence that was positioned and not used yet stays where it is, test %i', async () => {
  const user = await prisma.user.create({ data: { email: 'a' } });
  expect((await prisma.post.create({ data: { title: 'x', authorId: user.id } })).id).toBe(500);
});
describe('positioned by a hook', () => {
  beforeAll(() => q(\`SELECT setval('"User_id_seq"', 77, false)::text\`));
  test.each([1, 2])('test %i', async () => expect((await prisma.user.create({ data: { email: 'a' } })).id).toBe(77));
});
test.each([1, 2])('a session that takes values in advance gives the same, test %i', async () => {
  expect(await q('SELECT nextval($1::regclass)::int AS id', 'cached')).toEqual([{ id: 1 }]);
});
test.each([1, 2])('a function with a quoted name may write, test %i', async () => {
  expect(await q('SELECT "addUser"($1) AS id', 'f')).toEqual([{ id: 1 }]);
  await expect(q('SELECT 1/0')).rejects.toThrow();
  expect(await prisma.user.count()).toBe(1);
});

test('what waited for a commit has been done', async () => {
  await x('INSERT INTO waits (id, pid) VALUES (1, 1)');
  await prisma.$transaction((tx) => tx.$executeRawUnsafe('INSERT INTO waits (id, pid) VALUES (3, 4), (4, 3)'));
  expect(await q('SELECT count(*)::int AS n FROM audit')).toEqual([{ n: 3 }]);
  await x('UPDATE waits SET pid = id');
  expect(await q('SELECT count(*)::int AS n FROM audit')).toEqual([{ n: 3 }]);
  await expect(prisma.$transaction((tx) => tx.$executeRawUnsafe('INSERT INTO waits (id, pid) VALUES (5, 9)'))).rejects.toThrow(Error);
  await x('ALTER TABLE waits ADD COLUMN more int');
  await x('TRUNCATE waits');
});
test('and constraints that are to wait, wait in the next transaction', async () => {
  await prisma.$transaction((tx) => tx.$executeRawUnsafe('SET CONSTRAINTS ALL IMMEDIATE'));
  await prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('INSERT INTO waits (id, pid) VALUES (50, 51)');
    await prisma.user.create({ data: { email: 'from outside, which is whole' } });
    await tx.$executeRawUnsafe('INSERT INTO waits (id, pid) VALUES (51, 50)');
  });
  expect(await q('SELECT count(*)::int AS n FROM waits')).toEqual([{ n: 2 }]);
});

test('a setting whose name is put together', async () => {
  await prisma.$transaction((tx) => tx.$queryRawUnsafe("SELECT set_config('app.' || $1, $2, true)", 'who', 'me'));
  expect(await q('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
test('a savepoint with a comment before it', async () => {
  await prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('/* route: x */ SAVEPOINT k');
    await tx.user.create({ data: { email: 'k' } });
    await tx.$executeRawUnsafe('-- back\\nROLLBACK TO k');
  });
  expect(await prisma.user.count()).toBe(0);
});

test('takes a lock of the session', () => q('SELECT pg_advisory_lock(5)::text'));
test('which ends with the test', async () => {
  const rows = await q("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = 5 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  expect(rows).toEqual([{ n: 0 }]);
});
test('loses its connection, and does not notice', async () => {
  const [{ pid }] = await q('SELECT pg_backend_pid() AS pid');
  await prisma.user.create({ data: { email: 'x' } });
  await outside(\`SELECT pg_terminate_backend(\${pid})\`);
  await new Promise((resolve) => setTimeout(resolve, 100));
});
test('is not the one that lost it', async () => expect((await prisma.user.create({ data: { email: 'x' } })).id).toBe(1));\n`;
  const files = {
    ...only(text),
    'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { sql: ['./more.sql'] }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
    'more.sql': `ALTER SEQUENCE "Post_id_seq" RESTART WITH 500;
CREATE SEQUENCE cached CACHE 5;
CREATE FUNCTION "addUser"(e text) RETURNS int LANGUAGE sql AS $$ INSERT INTO "User" (email) VALUES (e) RETURNING id $$;
CREATE TABLE waits (id int PRIMARY KEY, pid int REFERENCES waits DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE audit (id int);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON waits DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();\n`,
  };
  expectPassed(await runJest('postgresql', ['-i'], { files, env }), 16);
});

lab.test(
  'a transaction that a hook has opened goes with the first test that ends in it, and with all that was sent meanwhile',
  async () => {
    const text = `let tx: any;
let end: () => void;
let ended: Promise<unknown>;
beforeAll(() => new Promise<void>((begun) => {
  ended = prisma.$transaction(async (each) => {
    tx = each;
    await each.user.create({ data: { email: 'in the hook' } });
    begun();
    await new Promise<void>((resolve) => (end = resolve));
  }, { timeout: 20_000 }).catch(() => {});
}));
afterAll(async () => { end(); await ended; });
test('goes with the first test that meets it', async () => { await tx.user.create({ data: { email: 'in a test' } }); });
test('and with all that was in it', async () => expect(await prisma.user.count()).toBe(0));
test('nor in the next', async () => expect(await prisma.user.count()).toBe(0));\n`;
    const run = await runJest('postgresql', ['-i'], { files: only(text), env });
    expect(run.outcomes).toEqual({
      'goes with the first test that meets it': 'failed',
      'and with all that was in it': 'passed',
      'nor in the next': 'passed',
    });
    expect(run.output).toContain('PRISMA_TEST_OPEN_TRANSACTION');
  },
);
