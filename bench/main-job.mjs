// The main job on SQLite: what a test file costs, and how soon the first test runs.
//   plain    jest-environment-node, the same client on a database that is there already: no isolation at all
//   prisma   this environment
//   db push  jest-environment-node, `prisma db push` once per worker into a database of its own: no rollback
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compare, createProject, jestBin, prisma, printTable, runJest, schemaEngine } from './lab.mjs';

const files = 40;
const tests = 10;
const rounds = 5;

const schema = `
generator client {
  provider = "prisma-client-js"
  output   = "../generated"
}
datasource db {
  provider = "sqlite"
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
`;
const db = `
const { PrismaClient } = require('./generated');
const { PrismaLibSql } = require('@prisma/adapter-libsql');
exports.db = new PrismaClient({ adapter: new PrismaLibSql({ url: process.env.DATABASE_URL }) });
`;
const head = `const { db } = require('../db');\n`;
const suites = {
  empty: () => `test('nothing', () => {});`,
  one: () => `${head}test('one query', async () => { expect(await db.user.count()).toBeGreaterThanOrEqual(0); });`,
  many: (file) =>
    head +
    Array.from(
      { length: tests },
      (_, n) => `test('test ${n}', async () => {
        const { id } = await db.user.create({ data: { email: '${file}-${n}-' + Math.random() } });
        expect(await db.user.findUnique({ where: { id } })).toBeTruthy();
      });`,
    ).join('\n'),
};
const config = (environment, extra = '') => `module.exports = {
  testEnvironment: '${environment}', transform: {}, testMatch: ['**/' + process.env.SUITE + '/*.test.js'],${extra}
};`;
// The customary way: the worker's first file pushes the schema with the CLI.
const pushPerWorker = `
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const file = require('node:path').join(__dirname, 'push', 'worker-' + process.env.JEST_WORKER_ID + '.db');
process.env.DATABASE_URL = 'file:' + file;
if (!existsSync(file)) execFileSync(process.execPath, [process.env.PRISMA_BIN, 'db', 'push', '--url', 'file:' + file], { cwd: __dirname });
`;

const dir = createProject('main-job', {
  'prisma/schema.prisma': schema,
  'prisma.config.js': `module.exports = { schema: 'prisma/schema.prisma', datasource: { url: process.env.DATABASE_URL ?? 'file:./app.db' } };`,
  'db.js': db,
  'push.js': pushPerWorker,
  'plain.config.js': config('node'),
  'prisma-env.config.js': config('prisma'),
  'push.config.js': config('node', ` setupFiles: ['./push.js'],`),
  ...Object.fromEntries(
    Object.entries(suites).flatMap(([suite, text]) => Array.from({ length: files }, (_, n) => [`${suite}/f${n}.test.js`, text(n)])),
  ),
});
const ready = path.join(dir, 'app.db');
const cache = path.join(dir, 'node_modules', '.cache', 'jest-environment-prisma');
prisma(dir, ['generate']);
prisma(dir, ['db', 'push', '--url', `file:${ready}`]);
copyFileSync(ready, `${ready}.empty`);

const env = {
  DATABASE_URL: `file:${ready}`,
  PRISMA_SCHEMA_ENGINE_BINARY: schemaEngine,
  PRISMA_BIN: jestBin.replace(/jest.bin.jest.js$/, 'prisma/build/index.js'),
};
const plain = (suite, args = ['-i']) => {
  copyFileSync(`${ready}.empty`, ready);
  return runJest(dir, ['-c', 'plain.config.js', ...args], { ...env, SUITE: suite });
};
const ours = (suite, args = ['-i']) => runJest(dir, ['-c', 'prisma-env.config.js', ...args], { ...env, SUITE: suite });
const push = (suite, args = ['-i']) => {
  rmSync(path.join(dir, 'push'), { recursive: true, force: true });
  mkdirSync(path.join(dir, 'push'));
  return runJest(dir, ['-c', 'push.config.js', ...args], { ...env, SUITE: suite });
};
const oneFile = ['-i', '--runTestsByPath', 'one/f0.test.js'];
const cold = () => {
  if (existsSync(cache)) rmSync(cache, { recursive: true });
  return ours('one', oneFile);
};

ours('empty');
plain('empty');
const ms = (value) => `${value.toFixed(0)} ms`;

console.log(`\n${files} files in one worker, medians of ${rounds} runs\n`);
const rows = [];
for (const suite of Object.keys(suites)) {
  const result = compare({ plain: () => plain(suite), prisma: () => ours(suite) }, rounds);
  const perFile = (result.prisma - result.plain) / files;
  rows.push([
    suite === 'many' ? `${tests} tests of a write and a read` : suite,
    ms(result.plain),
    ms(result.prisma),
    (result.prisma / result.plain).toFixed(2),
    `${perFile.toFixed(1)} ms`,
  ]);
}
printTable(['a file has', 'plain', 'prisma', 'ratio', 'more per file'], rows);

console.log('\none file with one query: the whole run\n');
const start = compare(
  { plain: () => plain('one', oneFile), warm: () => ours('one', oneFile), cold, push: () => push('one', oneFile) },
  rounds,
);
printTable(
  ['', 'time', 'beyond plain', 'ratio to plain'],
  Object.entries(start).map(([name, time]) => [name, ms(time), ms(time - start.plain), (time / start.plain).toFixed(2)]),
);

console.log(`\n${files} files with one query each, two workers\n`);
const two = ['-w', '2'];
const both = compare(
  { plain: () => plain('one', two), prisma: () => ours('one', two), 'db push per worker': () => push('one', two) },
  rounds,
);
printTable(
  ['', 'time', 'ratio to plain'],
  Object.entries(both).map(([name, time]) => [name, ms(time), (time / both.plain).toFixed(2)]),
);
