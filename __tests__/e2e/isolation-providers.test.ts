import { readFileSync } from 'node:fs';
import path from 'node:path';
import { query, serverUrl, unreachable } from '../providers/mysql-server';
import { runJest, type JestRun } from './run-jest';

const source = (file: string): string => readFileSync(path.join(__dirname, 'projects/isolation', file), 'utf8');
const expectAll = (run: JestRun, tests: number): void => {
  const failed = Object.entries(run.outcomes).filter(([, status]) => status !== 'passed' && status !== 'pending');
  expect({ failed, output: run.exitCode === 0 ? '' : run.output }).toEqual({ failed: [], output: '' });
  expect(Object.keys(run.outcomes)).toHaveLength(tests);
};
const schema = (provider: string): string => source('prisma/schema.prisma').replace('postgresql', provider);

/** What a project on SQLite has instead; its connections cannot write side by side, with or without this package. */
function sqlite(mode: string): Record<string, string> {
  const raw = `const Database = require('better-sqlite3'); const d = new Database(process.env.DATABASE_URL.replace(/^file:/, ''));
const run = (sql) => /^select/i.test(sql) ? d.prepare(sql).all() : (d.exec(sql), []);`;
  return {
    'prisma/schema.prisma': schema('sqlite'),
    'src/db.ts': source('src/db.ts')
      .replaceAll('PrismaPg', 'PrismaBetterSqlite3')
      .replace('adapter-pg', 'adapter-better-sqlite3')
      .replace('connectionString', 'url'),
    'src/outside.ts': `import { execFileSync } from 'node:child_process';
export async function raw(sql: string): Promise<Record<string, unknown>[]> { ${raw} try { return run(sql); } finally { d.close(); } }
export function inChild(sql: string): string {
  return execFileSync(process.execPath, ['-e', ${JSON.stringify(raw)} + 'console.log(JSON.stringify(run(' + JSON.stringify(sql) + ')))'], { encoding: 'utf8' }).trim();
}`,
    [`__tests__/${mode}.test.ts`]: source(`__tests__/${mode}.test.ts`).replace(
      "test('transactions run side",
      "test.skip('transactions run side",
    ),
  };
}

/** What a project on MySQL has instead. */
function mysql(): Record<string, string> {
  const raw = `const { createConnection } = require('mariadb'); const u = new URL(process.env.DATABASE_URL);
const ask = async (sql) => { const c = await createConnection({ host: u.hostname, port: Number(u.port || 3306), user: decodeURIComponent(u.username), password: decodeURIComponent(u.password), database: u.pathname.slice(1), insertIdAsNumber: true });
  try { return await c.query(sql.replaceAll('"', '\`')); } finally { await c.end(); } };`;
  return {
    'prisma/schema.prisma': schema('mysql'),
    'jest.config.js': source('jest.config.js').replace('sql:', "source: 'migrations', sql:"),
    'prisma/migrations/migration_lock.toml': 'provider = "mysql"\n',
    'prisma/migrations/0_init/migration.sql': `CREATE TABLE User (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(191) NOT NULL UNIQUE, bossId INT NULL);
CREATE TABLE Post (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(191) NOT NULL, authorId INT NOT NULL);
CREATE TABLE Role (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(191) NOT NULL UNIQUE);
ALTER TABLE User ADD CONSTRAINT boss FOREIGN KEY (bossId) REFERENCES User(id) ON DELETE SET NULL;
ALTER TABLE Post ADD CONSTRAINT author FOREIGN KEY (authorId) REFERENCES User(id) ON DELETE RESTRICT;`,
    'prisma/roles.sql': `CREATE TRIGGER shout BEFORE INSERT ON Post FOR EACH ROW BEGIN SET NEW.title = UPPER(NEW.title); END;
CREATE VIEW Names AS SELECT email FROM User;
INSERT INTO Role (name) VALUES ('admin'), ('guest');`,
    'src/db.ts': source('src/db.ts')
      .replaceAll('PrismaPg', 'PrismaMariaDb')
      .replace('adapter-pg', 'adapter-mariadb')
      .replace(/\{ connectionString: (.*?) \}/, '$1'),
    'src/outside.ts': `import { execFileSync } from 'node:child_process';
export async function raw(sql: string): Promise<Record<string, unknown>[]> { ${raw} const rows = await ask(sql); return Array.isArray(rows) ? [...rows] : []; }
export function inChild(sql: string): string {
  return execFileSync(process.execPath, ['-e', ${JSON.stringify(raw)} + 'ask(' + JSON.stringify(sql) + ').then((r) => console.log(JSON.stringify(r)))'], { encoding: 'utf8' }).trim();
}`,
  };
}

const base = `jep_iso_${process.pid}`;
let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED isolation on MySQL: ${why}\n`);
});

afterAll(async () => {
  if (why) return;
  for (const { name } of await query(
    serverUrl(''),
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '${base}%'`,
  )) {
    await query(serverUrl(''), `DROP DATABASE IF EXISTS \`${String(name)}\``);
  }
}, 60_000);

describe.each(['truncate', 'clone'])('%s', (mode) => {
  test(
    'on SQLite',
    async () =>
      expectAll(await runJest('isolation', [mode, 'sandbox', '-i'], { env: { DATABASE_URL: 'file:./dev.db' }, files: sqlite(mode) }), 12),
    120_000,
  );
  test('on MySQL or MariaDB', async () => {
    if (why) return;
    expectAll(await runJest('isolation', [mode, 'sandbox', '-i'], { env: { DATABASE_URL: serverUrl(base) }, files: mysql() }), 12);
  }, 120_000);
});
test('none and blocks of their own, on MySQL or MariaDB', async () => {
  if (why) return;
  expectAll(await runJest('isolation', ['none', 'mixed', 'sandbox', '-i'], { env: { DATABASE_URL: serverUrl(base) }, files: mysql() }), 9);
}, 120_000);
