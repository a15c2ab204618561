// PostgreSQL: what a worker's database costs by the number of tables. Pushed by Prisma's CLI, as is customary, or cloned
// from a template that is made once. Prints a table, and a chart of it. Server: POSTGRESQL_URL, else the one on this machine.
import { createRequire } from 'node:module';
import { root } from '../scripts/steps.mjs';
import { createProject, prisma, printChart, printTable, schemaOf } from './lab.mjs';

const require = createRequire(import.meta.url);
require('esbuild-register/dist/node').register();
const pg = require('pg');
const { createPostgresqlProvider } = require('../src/providers/postgresql.ts');
const { createDdl } = require('../src/schema/push-engine.ts');

const server = process.env.POSTGRESQL_URL ?? 'postgresql://postgres@127.0.0.1:5432';
const at = (database) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
const base = `bench${process.pid}`;
const rounds = Number(process.env.ROUNDS ?? 5);
const sizes = [10, 50, 100, 200, 300];

const projects = new Map(
  sizes.map((count) => [
    count,
    createProject(`size-${count}`, {
      'schema.prisma': schemaOf(count),
      'prisma.config.js': `module.exports = { schema: 'schema.prisma', datasource: { url: process.env.DATABASE_URL } };`,
    }),
  ]),
);

const client = new pg.Client({ connectionString: at('postgres') });
await client.connect();
const open = () =>
  createPostgresqlProvider({ rootDir: root, cacheDir: root, url: at(base), resolveFrom: [root], projectKey: base, report: () => {} });

try {
  const { rows } = await client.query("SELECT split_part(version(), ' ', 2) AS version, current_setting('fsync') AS fsync");
  // What is loaded once per process is no part of what a table costs.
  await createDdl(variantOf(1), 'postgresql');
  const costs = sizes.map(() => ({ 'prisma db push': [], 'template, once': [], 'lease, each worker': [], 'raw CREATE DATABASE': [] }));
  // Rounds outside: what else the machine does meets all sizes alike.
  for (let round = 0; round < rounds; round++) for (const [index, count] of sizes.entries()) await measure(count, round, costs[index]);
  const lines = Object.fromEntries(Object.keys(costs[0]).map((name) => [name, costs.map((cost) => Math.round(Math.min(...cost[name])))]));
  console.log(`PostgreSQL ${rows[0].version}, fsync ${rows[0].fsync}; milliseconds, best of ${rounds}\n`);
  printTable(
    ['tables', ...Object.keys(lines)],
    sizes.map((size, index) => [size, ...Object.values(lines).map((line) => line[index])]),
  );
  console.log('');
  printChart('A worker database by the number of tables', 'tables', sizes, 'ms', lines);
} finally {
  const provider = open();
  await provider.clean();
  await provider.close();
  for (const name of ['push', 'raw']) await client.query(`DROP DATABASE IF EXISTS ${base}_${name} WITH (FORCE)`);
  await client.end();
}

async function measure(count, round, cost) {
  const dir = projects.get(count);
  const key = `s${count}r${round}`;
  const provider = open();
  await provider.version();
  cost['prisma db push'].push(await time(() => prisma(dir, ['db', 'push', '--url', at(`${base}_push`)], { DATABASE_URL: at(base) })));
  await client.query(`DROP DATABASE ${base}_push WITH (FORCE)`);
  const build = async (target) => target.execute(await createDdl(variantOf(count), 'postgresql'));
  cost['template, once'].push(await time(() => provider.ensureTemplate(key, build)));
  let lease;
  cost['lease, each worker'].push(await time(async () => (lease = await provider.lease(key))));
  cost['raw CREATE DATABASE'].push(await time(() => client.query(`CREATE DATABASE ${base}_raw TEMPLATE ${base}_tpl_${key}`)));
  await client.query(`DROP DATABASE ${base}_raw`);
  await lease.release();
  await provider.close();
}

function variantOf(count) {
  return { files: [{ path: `${root}/schema.prisma`, content: schemaOf(count) }], views: [], defaultSchema: undefined };
}

async function time(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
