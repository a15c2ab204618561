// PostgreSQL: what a worker database costs. The provider against raw SQL on the same server, for schemas of 10 to 300
// tables; several workers at once, with a cold and a warm cache. Server: POSTGRESQL_URL, else the one on this machine.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { root } from '../scripts/steps.mjs';

const require = createRequire(import.meta.url);
require('esbuild-register/dist/node').register();
const pg = require('pg');
const { createPostgresqlProvider } = require('../src/providers/postgresql.ts');

const server = process.env.POSTGRESQL_URL ?? 'postgresql://postgres@127.0.0.1:5432';
const at = (database) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
const base = `bench${process.pid}`;
const open = (name = base) =>
  createPostgresqlProvider({ rootDir: root, cacheDir: root, url: at(name), resolveFrom: [root], projectKey: name, report: () => {} });

/** A schema of `count` tables as applications have them: keys, indexes, a foreign key to the table before. */
const schema = (count) =>
  Array.from(
    { length: count },
    (_, n) => `CREATE TABLE t${n} (id serial PRIMARY KEY, email text NOT NULL UNIQUE, state int, made timestamp DEFAULT now(),
      other int ${n ? `REFERENCES t${n - 1}` : ''}); CREATE INDEX ON t${n} (other);`,
  ).join('\n');

const time = async (work) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const ms = (value) => value.toFixed(value < 10 ? 1 : 0);

async function sweep() {
  const raw = new pg.Client({ connectionString: at('postgres') });
  await raw.connect();
  console.log(
    '| tables | build | lease | renew | release | raw CREATE | raw DROP | lease ÷ raw |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const count of [10, 50, 100, 300]) {
    const provider = open();
    const build = await time(() => provider.ensureTemplate(`s${count}`, (target) => target.execute(schema(count))));
    const cost = { lease: [], renew: [], release: [], create: [], drop: [] };
    for (let round = 0; round < 7; round++) {
      let lease;
      cost.lease.push(await time(async () => (lease = await provider.lease(`s${count}`))));
      cost.create.push(await time(() => raw.query(`CREATE DATABASE ${base}_raw TEMPLATE ${base}_tpl_s${count}`)));
      cost.drop.push(await time(() => raw.query(`DROP DATABASE ${base}_raw`)));
      cost.renew.push(await time(() => lease.renew()));
      cost.release.push(await time(() => lease.release()));
    }
    const { lease, renew, release, create, drop } = Object.fromEntries(
      Object.entries(cost).map(([name, values]) => [name, median(values)]),
    );
    console.log(
      `| ${[count, ms(build), ms(lease), ms(renew), ms(release), ms(create), ms(drop), (lease / create).toFixed(2)].join(' | ')} |`,
    );
    await provider.close();
  }
  await raw.end();
}

/** Milliseconds until all of `count` processes, told to begin at once, have a database. */
async function workers(count, print) {
  const children = Array.from({ length: count }, () => fork(fileURLToPath(import.meta.url), ['worker', base, print]));
  const heard = (child) => new Promise((resolve) => child.once('message', resolve));
  await Promise.all(children.map(heard));
  const spent = await time(() => Promise.all(children.map((child) => (child.send('go'), heard(child)))));
  await Promise.all(
    children.map(
      (child) =>
        new Promise(
          (resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(), child.connected && child.disconnect()),
        ),
    ),
  );
  return spent;
}

if (process.argv[2] === 'worker') {
  const provider = open(process.argv[3]);
  process.send('ready');
  process.once('message', async () => {
    await provider.ensureTemplate(process.argv[4], (target) => target.execute(schema(20)));
    await provider.lease(process.argv[4]);
    process.send('leased');
  });
} else {
  const about = new pg.Client({ connectionString: at('postgres') });
  await about.connect();
  const { rows } = await about.query("SELECT split_part(version(), ' ', 2) AS version, current_setting('fsync') AS fsync");
  await about.end();
  console.log(`PostgreSQL ${rows[0].version}, fsync ${rows[0].fsync}; medians of 7, milliseconds\n`);
  await sweep();
  console.log('\n| workers at once, 20 tables | cold (one builds the template) | warm (leftovers of the last run) |\n| --- | --- | --- |');
  for (const count of [1, 4, 8]) {
    const cold = await workers(count, `w${count}`);
    console.log(`| ${count} | ${ms(cold)} | ${ms(await workers(count, `w${count}`))} |`);
  }
  const last = open();
  await last.clean();
  await last.close();
}
