import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { runJest, type JestRun } from './run-jest';

const base = `jep_iso_${process.pid}`;
const env = { DATABASE_URL: serverUrl(base) };
let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED isolation: ${why}\n`);
});

afterAll(async () => {
  if (why) return;
  const rows = await query(serverUrl('postgres'), `SELECT datname AS name FROM pg_database WHERE datname LIKE '${base}%'`);
  for (const { name } of rows) await query(serverUrl('postgres'), `DROP DATABASE IF EXISTS "${String(name)}" WITH (FORCE)`);
}, 60_000);

const promise = (name: string, work: () => Promise<void>): void => test(name, async () => (why ? undefined : work()), 120_000);
const expectAll = (run: JestRun, tests: number): void => {
  const failed = Object.entries(run.outcomes).filter(([, status]) => status !== 'passed');
  expect({ failed, output: run.exitCode === 0 ? '' : run.output }).toEqual({ failed: [], output: '' });
  expect(Object.keys(run.outcomes)).toHaveLength(tests);
};

promise('truncate, on PostgreSQL', async () => expectAll(await runJest('isolation', ['truncate', 'sandbox', '-i'], { env }), 12));
promise('truncate, on PostgreSQL, for a role that may not put foreign keys out of action', async () => {
  const role = `${base}_owner`;
  const run = (sql: string) => query(serverUrl('postgres'), sql);
  await run(`CREATE ROLE "${role}" LOGIN CREATEDB PASSWORD 'p'`);
  try {
    const url = new URL(serverUrl(`${base}_plain`));
    url.username = role;
    url.password = 'p';
    expectAll(await runJest('isolation', ['truncate', 'sandbox', '-i'], { env: { DATABASE_URL: url.href } }), 12);
  } finally {
    const rows = await run(`SELECT datname AS name FROM pg_database WHERE datname LIKE '${base}_plain%'`);
    for (const { name } of rows) await run(`DROP DATABASE IF EXISTS "${String(name)}" WITH (FORCE)`);
    await run(`DROP ROLE "${role}"`);
  }
});
promise('clone, on PostgreSQL', async () => expectAll(await runJest('isolation', ['clone', 'sandbox', '-i'], { env }), 12));
promise('none, and blocks of their own isolation, each leaving a clean database', async () =>
  expectAll(await runJest('isolation', ['none', 'mixed', 'sandbox', '-i'], { env }), 9),
);
