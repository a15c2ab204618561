// What a test costs: this package's sandbox against other ways to give each test a clean database. Real Jest, in band;
// each figure is the median over files and rounds of milliseconds per test, Jest's own share (a few tenths) included.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createProject, median, prisma, printTable, runJest } from './lab.mjs';

const require = createRequire(import.meta.url);
const { Client } = require('pg');
const server = process.env.POSTGRESQL_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
/** Tests of each kind that count, after some that warm up. */
const [counted, warmUp] = [100, 10];
/** What takes tens of milliseconds a test needs fewer of them. */
const few = 10;

const names = Array.from({ length: 19 }, (_, n) => `Other${n}`);
const schema = (provider) => `
generator client {
  provider = "prisma-client-js"
  output   = "../generated"
}
datasource db {
  provider = "${provider}"
}
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  posts Post[]
}
model Post {
  id       Int    @id @default(autoincrement())
  title    String
  author   User   @relation(fields: [authorId], references: [id])
  authorId Int
}
${names.map((name) => `model ${name} {\n  id   Int @id @default(autoincrement())\n  text String\n}`).join('\n')}
`;

const workloads = `
let n = 0;
const file = Date.now();
const user = (db) => db.user.create({ data: { email: 'u' + file + '-' + n++ } });
exports.workloads = {
  empty: async () => {},
  // The same rows, none, whatever was left behind.
  'one read': async (db) => { await db.user.findMany({ where: { id: 0 } }); },
  'one write': async (db) => { await user(db); },
  '10 mixed': async (db) => {
    for (let i = 0; i < 2; i++) {
      const { id } = await user(db);
      await db.user.findUnique({ where: { id } });
      await db.post.create({ data: { title: 'x', authorId: id } });
      await db.post.updateMany({ where: { authorId: id }, data: { title: 'y' } });
      await db.user.findMany({ include: { posts: true }, take: 5 });
    }
  },
  'a transaction': async (db) => { await db.$transaction(async (tx) => { await user(tx); await user(tx); }); },
};
`;

/** One file: every workload as many tests in a row, its time noted per test. */
const suite = (setUp, tests) => `
const fs = require('node:fs');
const { workloads } = require('../../workloads');
${setUp}
const counted = ${tests};
for (const [name, work] of Object.entries(workloads)) {
  describe(name, () => {
    let started;
    for (let i = 0; i < ${warmUp} + counted; i++) {
      test('test ' + i, async () => {
        if (i === ${warmUp}) started = performance.now();
        await work(db());
      });
    }
    test('end', () => fs.appendFileSync(process.env.BENCH_OUT, JSON.stringify([name, (performance.now() - started) / counted]) + '\\n'));
  });
}`;

const jestPrisma = '@quramy/jest-prisma';
const environments = { 'this package': [], [jestPrisma]: ['--env=@quramy/jest-prisma-node/environment'] };
const folderOf = (name) => `tests/${name.replaceAll(/\W+/g, '-')}/`;
/** Files of each way, one after another in one process: a worker's first file is slower than its others. */
const copies = 3;

const connect = { sqlite: `new PrismaLibSql({ url })`, postgresql: `new PrismaPg({ connectionString: url })` };
const plain = (provider) => `
const { PrismaClient } = require('../../generated');
const { PrismaPg } = require('@prisma/adapter-pg');
const { PrismaLibSql } = require('@prisma/adapter-libsql');
const make = (url) => new PrismaClient({ adapter: ${connect[provider]} });
const client = make(process.env.BENCH_URL);
let db = () => client;
afterAll(() => client.$disconnect());`;
const tables = JSON.stringify(['Post', 'User', ...names]);

const ways = (provider) => ({
  'no isolation': suite(plain(provider), counted),
  'this package': suite(`const db = () => prisma;`, counted),
  // The package itself: `setup` hands it a client, as its README has it for clients of one's own.
  [jestPrisma]: suite(`${plain(provider)}\njestPrisma.initializeClient(client);\ndb = () => jestPrisma.client;`, counted),
  // Its way without its bookkeeping.
  'parked transaction': suite(
    `${plain(provider)}
let tx, end, done;
db = () => tx;
beforeEach(() => new Promise((begun, failed) => {
  done = client.$transaction((each) => {
    // Nested ones run on the parked one, as @quramy/jest-prisma has it.
    tx = new Proxy(each, { get: (target, name) => (name === '$transaction' ? (work) => work(tx) : target[name]) });
    begun();
    return new Promise((_, reject) => { end = reject; });
  }, { maxWait: 5000, timeout: 60000 }).catch(failed);
}));
afterEach(async () => { end(new Error('rolled back')); await done; });`,
    counted,
  ),
  'delete all': suite(
    `${plain(provider)}
afterEach(() => client.$transaction(${tables}.map((name) => client[name[0].toLowerCase() + name.slice(1)].deleteMany())));`,
    counted,
  ),
  // What undoing a test costs at the least: a round trip where tests are, on a connection that sleeps between them.
  ...(provider === 'postgresql' && {
    'bare ROLLBACK TO': suite(
      `${plain(provider)}
const bare = new (require('pg').Client)({ connectionString: process.env.BENCH_URL });
beforeAll(async () => { await bare.connect(); await bare.query('BEGIN; SAVEPOINT bare'); });
afterEach(() => bare.query('ROLLBACK TO bare'));
afterAll(() => bare.end());`,
      counted,
    ),
    'truncate all': suite(
      `${plain(provider)}
afterEach(() => client.$executeRawUnsafe('TRUNCATE ' + ${tables}.map((name) => '"' + name + '"').join(', ') + ' RESTART IDENTITY CASCADE'));`,
      few,
    ),
  }),
  'clone per test':
    provider === 'sqlite'
      ? suite(
          `${plain(provider)}
let own, id = 0;
db = () => own;
const file = () => process.env.BENCH_URL.slice(5) + '-' + id;
beforeEach(() => { id += 1; fs.copyFileSync(process.env.BENCH_URL.slice(5), file()); own = make('file:' + file()); });
afterEach(async () => { await own.$disconnect(); fs.rmSync(file()); });`,
          few,
        )
      : suite(
          `${plain(provider)}
const { Client } = require('pg');
const admin = new Client({ connectionString: process.env.BENCH_SERVER });
let own, id = 0;
db = () => own;
const base = new URL(process.env.BENCH_URL).pathname.slice(1);
beforeAll(() => admin.connect());
afterAll(() => admin.end());
beforeEach(async () => {
  await admin.query('CREATE DATABASE ' + base + '_' + ++id + ' TEMPLATE ' + base);
  own = make(process.env.BENCH_URL + "_" + id);
});
afterEach(async () => { await own.$disconnect(); await admin.query('DROP DATABASE ' + base + '_' + id + ' WITH (FORCE)'); });`,
          few,
        ),
});

async function measure(provider) {
  const base = `bench_per_test_${process.pid}`;
  const dir = createProject(`per-test-${provider}`, {
    'prisma/schema.prisma': schema(provider),
    'prisma.config.ts': `export default { schema: 'prisma/schema.prisma', datasource: { url: process.env.BENCH_URL } };\n`,
    'workloads.js': workloads,
    'jest.config.js': `module.exports = { testEnvironment: 'prisma', testTimeout: 60000 };\n`,
    ...Object.fromEntries(
      Object.entries(ways(provider)).flatMap(([name, text]) =>
        Array.from({ length: copies }, (_, copy) => [`${folderOf(name)}${copy}.test.js`, text]),
      ),
    ),
  });
  const url = provider === 'sqlite' ? `file:${path.join(dir, 'plain.db')}` : Object.assign(new URL(server), { pathname: `/${base}` }).href;
  const env = { BENCH_URL: url, BENCH_SERVER: server };
  prisma(dir, ['generate'], env);
  if (provider === 'postgresql') await onServer(server, (client) => client.query(`CREATE DATABASE ${base}`));
  try {
    prisma(dir, ['db', 'push'], env);
    const results = {};
    for (let round = 0; round < rounds; round++) {
      for (const name of Object.keys(ways(provider))) {
        const out = path.join(dir, 'out', `${round}-${path.basename(folderOf(name))}.jsonl`);
        mkdirSync(path.dirname(out), { recursive: true });
        await empty(provider, dir, url);
        runJest(dir, ['-i', ...(environments[name] ?? ['--env=node']), folderOf(name)], {
          ...env,
          BENCH_OUT: out,
        });
        for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
          const [workload, ms] = JSON.parse(line);
          ((results[name] ??= {})[workload] ??= []).push(ms);
        }
      }
    }
    const trip = provider === 'postgresql' ? await onServer(url, roundTrip) : undefined;
    print(provider, results, trip);
  } finally {
    if (provider === 'postgresql') {
      await removeClones(base);
      await onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${base} WITH (FORCE)`));
    }
  }
}

/** The plain database grows with every test that nobody cleans up after: each run begins with an empty one. */
async function empty(provider, dir, url) {
  if (provider === 'postgresql') await onServer(url, (client) => client.query('TRUNCATE "Post", "User"'));
  else {
    rmSync(url.slice(5), { force: true });
    prisma(dir, ['db', 'push'], { BENCH_URL: url });
  }
}

async function removeClones(base) {
  await onServer(server, async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [`${base}\\_%`]);
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  });
}

/** Milliseconds of a bare `ROLLBACK TO`: what undoing a test costs at the least. */
async function roundTrip(client) {
  await client.query('BEGIN; SAVEPOINT bare');
  const times = [];
  for (let i = 0; i < 500; i++) {
    const started = performance.now();
    await client.query('ROLLBACK TO bare');
    times.push(performance.now() - started);
  }
  return median(times);
}

async function onServer(connectionString, work) {
  const client = new Client({ connectionString });
  await client.connect();
  return Promise.resolve(work(client)).finally(() => client.end());
}

function print(provider, results, trip) {
  const kinds = Object.keys(results['no isolation']);
  const ms = (name, kind) => median(results[name][kind]);
  console.log(`\n${provider === 'sqlite' ? 'SQLite (libsql)' : 'PostgreSQL'}: milliseconds per test, and how many times this package's\n`);
  printTable(
    ['', ...kinds],
    Object.keys(results).map((name) => [
      name,
      ...kinds.map((kind) => `${ms(name, kind).toFixed(2)} (${(ms(name, kind) / ms('this package', kind)).toFixed(2)}×)`),
    ]),
  );
  const own = ms('this package', '10 mixed') / ms('no isolation', '10 mixed');
  console.log(`\n10 mixed queries: ${own.toFixed(2)}× of no isolation at all.`);
  if (trip === undefined) return;
  const beyond = (name) => (ms(name, 'one read') - ms('no isolation', 'one read')).toFixed(2);
  console.log(
    `A test with one read, beyond no isolation: ${beyond('this package')} ms; a bare ROLLBACK TO in its place: ${beyond('bare ROLLBACK TO')} ms ` +
      `(${trip.toFixed(2)} ms in a loop that does nothing else); ${jestPrisma}: ${beyond(jestPrisma)} ms.`,
  );
}

for (const provider of process.argv[2] ? [process.argv[2]] : ['sqlite', 'postgresql']) await measure(provider);
