// 300 tests that need the same 20 rows: made for each test, or once for what is wider. Three files of 100 tests, in band.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compare, createProject, prisma, printTable, runJest } from './lab.mjs';

const rounds = 5;
const schema = `
generator client {
  provider = "prisma-client-js"
  output   = "../generated"
}
datasource db {
  provider = "sqlite"
}
model Author {
  id    Int    @id @default(autoincrement())
  name  String
  books Book[]
}
model Book {
  id       Int    @id @default(autoincrement())
  title    String
  author   Author @relation(fields: [authorId], references: [id])
  authorId Int
}
`;
const makeRows = `
exports.makeRows = async (prisma) => {
  const books = [];
  for (let a = 0; a < 4; a++) {
    const author = await prisma.author.create({ data: { name: 'author ' + a } });
    for (let b = 0; b < 4; b++) books.push(await prisma.book.create({ data: { title: 'book ' + b, authorId: author.id } }));
  }
  return books;
};
`;
const fixtures = `
const { fixture } = require('jest-environment-prisma/fixtures');
const { makeRows } = require('./rows');
const of = (scope) => fixture('books', { scope }, ({ prisma }) => makeRows(prisma));
module.exports = { test: of('test'), describe: of('describe'), file: of('file'), worker: of('worker') };
`;
/** One file: blocks of tests that read a row and change it. */
const suite = (client, before, id) => `
${client}
const { makeRows } = require('../../rows');
for (let block = 0; block < 10; block++) {
  describe('block ' + block, () => {
    ${before}
    for (let n = 0; n < 10; n++) {
      test('test ' + n, async () => {
        expect(await prisma.book.count()).toBe(16);
        await prisma.book.update({ where: { id: ${id} }, data: { title: 'changed' } });
      });
    }
  });
}`;
const own = `const { prisma } = require('../../db');`;
const given = (scope) => `const data = require('jest-environment-prisma/fixtures').given({ books: require('../../fixtures').${scope} });`;
const ways = {
  'customary: deleteMany and create in beforeEach, no rollback': [
    'node',
    own,
    `let books; beforeEach(async () => { await prisma.book.deleteMany(); await prisma.author.deleteMany(); books = await makeRows(prisma); });`,
    'books[0].id',
  ],
  'beforeEach, rolled back': ['prisma', '', `let books; beforeEach(async () => { books = await makeRows(prisma); });`, 'books[0].id'],
  'beforeAll, rolled back': ['prisma', '', `let books; beforeAll(async () => { books = await makeRows(prisma); });`, 'books[0].id'],
  'fixture, test scope': ['prisma', '', given('test'), 'data.books[0].id'],
  'fixture, describe scope': ['prisma', '', given('describe'), 'data.books[0].id'],
  'fixture, file scope': ['prisma', '', given('file'), 'data.books[0].id'],
  'fixture, worker scope': ['prisma', '', given('worker'), 'data.books[0].id'],
};
const folders = Object.keys(ways).map((_, index) => `suite-${index}`);
const files = Object.values(ways).flatMap(([, client, before, id], index) =>
  ['a', 'b', 'c'].map((name) => [`${folders[index]}/${name}/tests.test.js`, suite(client, before, id)]),
);
const project = createProject('fixtures', {
  'prisma/schema.prisma': schema,
  'prisma.config.ts': `export default { schema: 'prisma/schema.prisma', datasource: { url: 'file:./dev.db' } };`,
  'rows.js': makeRows,
  'fixtures.js': fixtures,
  'db.js': `
    const { PrismaClient } = require('./generated');
    const { PrismaLibSql } = require('@prisma/adapter-libsql');
    exports.prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: 'file:./dev.db' }), log: [{ emit: 'event', level: 'query' }] });
  `,
  // Counts what the databases get: by the environment, or by the client's own log where there is none.
  'count.js': `
    const { appendFileSync } = require('node:fs');
    const session = globalThis[Symbol.for('jest-environment-prisma.session')];
    let count = 0;
    if (session) session.watchQueries(() => count++);
    else require('./db').prisma.$on('query', () => count++);
    afterAll(() => { if (process.env.COUNTS) appendFileSync(process.env.COUNTS, count + '\\n'); });
  `,
  'jest.config.js': `module.exports = {
    testEnvironment: process.env.ENVIRONMENT, transform: {}, setupFilesAfterEnv: ['./count.js'], testMatch: ['**/' + process.env.SUITE + '/**/*.test.js'],
  };`,
  'empty/a/tests.test.js': `test('nothing', () => {});`,
  ...Object.fromEntries(files),
});
prisma(project, ['generate']);
prisma(project, ['db', 'push']);

const run = (index, environment, extra = {}) =>
  runJest(project, ['--runInBand', '--silent'], { SUITE: folders[index] ?? 'empty', ENVIRONMENT: environment, ...extra });
const counts = Object.keys(ways).map((name, index) => {
  const file = path.join(project, `counts-${index}`);
  rmSync(file, { force: true });
  run(index, ways[name][0], { COUNTS: file });
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line), 0);
});
const times = compare(
  {
    ...Object.fromEntries(Object.keys(ways).map((name, index) => [name, () => run(index, ways[name][0])])),
    empty: () => run(-1, 'prisma'),
  },
  rounds,
);
const best = times['fixture, file scope'] - times.empty;
console.log(`300 tests in 3 files, 20 rows each; medians of ${rounds} runs, Jest's own start (${Math.round(times.empty)} ms) taken off.`);
printTable(
  ['rows made by', 'ms', 'ratio', 'statements'],
  Object.keys(ways).map((name, index) => {
    const ms = times[name] - times.empty;
    return [name, Math.round(ms), `${(ms / best).toFixed(1)}×`, counts[index]];
  }),
);
