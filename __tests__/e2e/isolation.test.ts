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
promise('clone, on PostgreSQL', async () => expectAll(await runJest('isolation', ['clone', 'sandbox', '-i'], { env }), 12));
promise('none, and blocks of their own isolation, each leaving a clean database', async () =>
  expectAll(await runJest('isolation', ['none', 'mixed', 'sandbox', '-i'], { env }), 9),
);
