// PostgreSQL: how soon tests run. The whole of a Jest run whose files have one query each, against the customary ways.
// Server: POSTGRESQL_URL, else the one on this machine.
//   plain    jest-environment-node on a database that is there already: no isolation at all
//   warm     this environment; the template and the last run's databases are there
//   cold     this environment; nothing is there
//   db push  jest-environment-node, `prisma db push` once per worker into a database of its own: no rollback
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../scripts/steps.mjs';
import { compare, createProject, jestBin, prisma, printTable, runJest, schemaEngine, schemaOf } from './lab.mjs';

const require = createRequire(import.meta.url);
const pg = require('pg');
const server = process.env.POSTGRESQL_URL ?? 'postgresql://postgres@127.0.0.1:5432';
const at = (database) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
const base = `bench${process.pid}`;
const rounds = Number(process.env.ROUNDS ?? 3);
const ms = (value) => `${Math.round(value)} ms`;

const client = new pg.Client({ connectionString: at('postgres') });
await client.connect();
// In a child process: what is measured is called synchronously.
const run = (...statements) => {
  const code = `const c = new (require('pg').Client)(process.argv[1]); c.connect().then(async () => { for (const sql of process.argv.slice(2)) await c.query(sql); await c.end(); })`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code, at('postgres'), ...statements], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};

const jest = (environment, extra = '') => `module.exports = { testEnvironment: '${environment}', transform: {},${extra} };`;
const pushPerWorker = `
const { execFileSync } = require('node:child_process');
const { existsSync, writeFileSync } = require('node:fs');
const id = process.env.JEST_WORKER_ID;
const done = require('node:path').join(__dirname, 'pushed', id);
process.env.DATABASE_URL = process.env.PUSH_URL + '_' + id;
if (!existsSync(done)) {
  execFileSync(process.execPath, [process.env.PRISMA_BIN, 'db', 'push', '--url', process.env.DATABASE_URL], { cwd: __dirname });
  writeFileSync(done, '');
}
`;
const dir = createProject('postgresql-start', {
  'prisma/schema.prisma': schemaOf(20),
  'prisma.config.js': `module.exports = { schema: 'prisma/schema.prisma', datasource: { url: process.env.DATABASE_URL } };`,
  'plain.config.js': jest('node'),
  'ours.config.js': jest('prisma'),
  'push.config.js': jest('node', ` setupFiles: ['./push.js'],`),
  'push.js': pushPerWorker,
  'db.js': `const { PrismaClient } = require('./generated');
const { PrismaPg } = require('@prisma/adapter-pg');
exports.db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });`,
  ...Object.fromEntries(
    [0, 1, 2, 3].map((n) => [
      `f${n}.test.js`,
      `const { db } = require('./db'); test('one query', async () => { expect(await db.model0.count()).toBe(0); }); afterAll(() => db.$disconnect());`,
    ]),
  ),
});
const env = { DATABASE_URL: at(base), PUSH_URL: at(`${base}_push`), PRISMA_SCHEMA_ENGINE_BINARY: schemaEngine };
env.PRISMA_BIN = jestBin.replace(/jest.bin.jest.js$/, 'prisma/build/index.js');
prisma(dir, ['generate'], env);
prisma(dir, ['db', 'push', '--url', at(`${base}_plain`)], env);
const clean = () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'dist', 'cli.cjs'), 'clean'], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(stderr);
};

const ways = (args) => ({
  plain: () => runJest(dir, ['-c', 'plain.config.js', ...args], { ...env, DATABASE_URL: at(`${base}_plain`) }),
  warm: () => runJest(dir, ['-c', 'ours.config.js', ...args], env),
  cold() {
    clean();
    return runJest(dir, ['-c', 'ours.config.js', ...args], env);
  },
  'db push per worker'() {
    rmSync(path.join(dir, 'pushed'), { recursive: true, force: true });
    mkdirSync(path.join(dir, 'pushed'));
    run(...[1, 2, 3, 4].map((id) => `DROP DATABASE IF EXISTS ${base}_push_${id} WITH (FORCE)`));
    return runJest(dir, ['-c', 'push.config.js', ...args], env);
  },
});

try {
  const { rows } = await client.query("SELECT split_part(version(), ' ', 2) AS version, current_setting('fsync') AS fsync");
  console.log(`PostgreSQL ${rows[0].version}, fsync ${rows[0].fsync}; a schema of 20 tables; medians of ${rounds} whole Jest runs\n`);
  const results = [];
  for (const [workers, args] of [
    [1, ['-i', 'f0']],
    [4, ['-w', '4']],
  ]) {
    const way = ways(args);
    way.plain();
    way.warm();
    const times = compare(way, rounds);
    results.push(
      ...Object.entries(times).map(([name, time]) => [workers, name, ms(time), ms(time - times.plain), (time / times.plain).toFixed(2)]),
    );
  }
  printTable(['workers', '', 'whole run', 'beyond plain', 'ratio to plain'], results);
} finally {
  clean();
  for (const { name } of (await client.query('SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)', [base])).rows)
    await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await client.end();
}
