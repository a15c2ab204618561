import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { mysqlDialect } from '../../src/sandbox/dialects/mysql';
import { query, serverUrl, unreachable } from '../providers/mysql-server';
import { compare, numberOfPrograms } from './compare';
import { generateClient, loadClientClass, sandboxOn, schemaOf } from './lab';
import type { TestClient } from './run-program';

const names = ['plain', 'sandbox'].map((side) => `differential_${side}_${process.pid}`);
const [plainUrl = '', sandboxUrl = ''] = names.map(serverUrl);

const ddl = `
CREATE TABLE Owner (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, \`key\` VARCHAR(191) NOT NULL UNIQUE, n INTEGER NOT NULL DEFAULT 0 CHECK (n >= 0), touched INTEGER NOT NULL DEFAULT 0);
CREATE TABLE Item (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, \`key\` VARCHAR(191) NOT NULL UNIQUE, ownerId INTEGER NOT NULL, FOREIGN KEY (ownerId) REFERENCES Owner (id) ON DELETE RESTRICT);
CREATE TABLE Link (id INTEGER NOT NULL PRIMARY KEY, ownerId INTEGER NOT NULL, FOREIGN KEY (ownerId) REFERENCES Owner (id));`;
const reset = `DELETE FROM Link; DELETE FROM Item; DELETE FROM Owner; ALTER TABLE Owner AUTO_INCREMENT = 1; ALTER TABLE Item AUTO_INCREMENT = 1`;

/** Names are in double quotes in the programs' raw SQL. */
function factory(url: string, connectionLimit: number): PrismaMariaDb {
  const { hostname, port, username, password, pathname } = new URL(url);
  return new PrismaMariaDb({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    connectionLimit,
    sessionVariables: { sql_mode: 'ANSI_QUOTES,STRICT_TRANS_TABLES' },
  });
}

let why: string | undefined;
beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) return void process.stderr.write(`SKIPPED mysql: ${why}\n`);
  for (const name of names) {
    await query(serverUrl(''), `CREATE DATABASE ${name}`);
    await query(serverUrl(name), ddl);
  }
}, 60_000);
afterAll(async () => {
  if (!why) for (const name of names) await query(serverUrl(''), `DROP DATABASE IF EXISTS ${name}`);
}, 60_000);

test(
  'programs do in the sandbox what they do on a MySQL or MariaDB of their own',
  async () => {
    if (why) return;
    const PrismaClient = loadClientClass<TestClient>(generateClient(schemaOf('mysql')));
    const lab = sandboxOn(mysqlDialect, () => factory(sandboxUrl, 2));
    const plain = [0, 1].map(() => new PrismaClient({ adapter: factory(plainUrl, 4) })) as never as [TestClient, TestClient];
    const sandboxed = [0, 1].map(() => new PrismaClient({ adapter: lab.adapter() })) as never as [TestClient, TestClient];
    try {
      const done = await compare(
        {
          // InnoDB locks gaps between keys: what runs side by side waits there for what has nothing to do with it.
          abilities: {
            parallel: false,
            visits: false,
            clientsInParallel: false,
            parallelCalls: false,
            deferredInTransactions: true,
            settings: false,
          },
          plain,
          sandboxed,
          lab,
          reset: () => query(plainUrl, reset) as never,
          rowsOutside: async () => Number((await query(sandboxUrl, 'SELECT count(*) AS n FROM Owner'))[0]?.['n']),
        },
        numberOfPrograms(0.1),
      );
      console.log(`MySQL or MariaDB: ${done.programs} programs, ${done.calls} calls, of which ${done.failures} fail`);
    } finally {
      for (const client of plain) await client.$disconnect();
      await lab.close();
    }
  },
  24 * 3600_000,
);
