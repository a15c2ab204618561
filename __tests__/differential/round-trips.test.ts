import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';
import { Client } from 'pg';
import { postgresqlDialect } from '../../src/sandbox/dialects/postgresql';
import { generateClient, loadClientClass, sandboxOn, schemaOf } from './lab';
import type { TestClient } from './run-program';

const server = process.env['POSTGRESQL_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const names = ['immediate', 'deferrable'].map((kind) => `differential_trips_${kind}_${process.pid}`);
const urlOf = (name: string | undefined): string => Object.assign(new URL(server), { pathname: `/${name}` }).href;

const ddl = (deferrable: string): string => `
CREATE TABLE "Owner" ("id" SERIAL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "n" INTEGER NOT NULL DEFAULT 0, "touched" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "Item" ("id" SERIAL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "ownerId" INTEGER NOT NULL REFERENCES "Owner" ${deferrable});
CREATE TABLE "Link" ("id" INTEGER PRIMARY KEY, "ownerId" INTEGER NOT NULL REFERENCES "Owner");`;

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

beforeAll(async () => {
  for (const name of names) await onServer(server, `CREATE DATABASE ${name}`);
  await onServer(urlOf(names[0]), ddl(''));
  await onServer(urlOf(names[1]), ddl('DEFERRABLE INITIALLY DEFERRED'));
}, 60_000);
afterAll(async () => {
  for (const name of names) await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}, 60_000);

/** A factory whose connection notes what is sent on it, one entry for each round trip. */
function noting(factory: SqlDriverAdapterFactory, trips: string[]): SqlDriverAdapterFactory {
  const note = (target: SqlQueryable): void => {
    for (const name of ['queryRaw', 'executeRaw'] as const) {
      const run = target[name].bind(target) as (query: { sql: string }) => Promise<never>;
      target[name] = (query: { sql: string }) => {
        trips.push(query.sql);
        return run(query);
      };
    }
  };
  return {
    ...factory,
    async connect() {
      const adapter = await factory.connect();
      const startTransaction = adapter.startTransaction.bind(adapter);
      adapter.startTransaction = async (level) => {
        const transaction = await startTransaction(level);
        note(transaction);
        return transaction;
      };
      return adapter;
    },
  };
}

type Step = 'read' | 'write' | 'fail' | 'transaction';
const work: Readonly<Record<Step, (db: TestClient, n: number) => Promise<unknown>>> = {
  read: (db) => db.owner['findMany']!({}),
  write: (db, n) => db.owner['create']!({ data: { key: `key ${n}` } }),
  fail: (db) => db.$executeRawUnsafe('INSERT INTO "Item" ("key", "ownerId") VALUES (NULL, 1)').catch(() => 'refused'),
  transaction: (db, n) =>
    db.$transaction(async (tx: TestClient) => {
      await work.write(tx, n);
      await work.read(tx, n);
    }),
};

/** What a test sends, and how many round trips of it are the sandbox's own. */
const programs: readonly (readonly [steps: readonly Step[], own: number, ownDeferrable: number])[] = [
  // The first statement of a test goes behind what ends the last one and begins this.
  [[], 0, 0],
  [['read'], 1, 1],
  [['read', 'read', 'read'], 1, 1],
  [['write'], 1, 2],
  [['write', 'read', 'read'], 2, 2],
  [['write', 'write', 'write'], 3, 4],
  [['write', 'fail', 'read'], 3, 3],
  [['transaction'], 2, 3],
  [['transaction', 'read'], 3, 4],
];

test.each([
  ['immediate constraints', 0],
  ['deferrable constraints', 1],
] as const)('a read costs no round trip of its own, a write one at most: %s', async (_name, which) => {
  const PrismaClient = loadClientClass<TestClient>(generateClient(schemaOf('postgresql')));
  const trips: string[] = [];
  const lab = sandboxOn(postgresqlDialect, () => noting(new PrismaPg({ connectionString: urlOf(names[which]), max: 1 }), trips));
  const client = new PrismaClient({ adapter: lab.adapter() });
  try {
    // A file around the tests, and what is asked once of a database.
    const file = lab.enter('a file', 'file');
    await lab.inTest('warm-up', async () => {
      await work.write(client, 0);
      await work.read(client, 0);
    });
    for (const [steps, ...own] of programs) {
      trips.length = 0;
      await lab.inTest(steps.join(', '), async () => {
        for (const [n, step] of steps.entries()) await work[step](client, n);
      });
      const sent = trips.filter((sql) => !/^(?:SELECT|INSERT|UPDATE) /.test(sql) || sql.includes('; '));
      expect({ steps, sent: sent.length, trips: sent }).toEqual({ steps, sent: own[which], trips: sent });
    }
    await lab.leave(file);
  } finally {
    await lab.close();
  }
});
