import { PrismaPg } from '@prisma/adapter-pg';
import { Client } from 'pg';
import { postgresqlDialect } from '../../src/sandbox/dialects/postgresql';
import { compare, numberOfPrograms } from './compare';
import { generateClient, loadClientClass, sandboxOn, schemaOf } from './lab';
import type { TestClient } from './run-program';

const server = process.env['POSTGRESQL_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const names = ['plain', 'sandbox'].map((side) => `differential_${side}_${process.pid}`);
const urlOf = (name: string | undefined): string => Object.assign(new URL(server), { pathname: `/${name}` }).href;

const ddl = `
CREATE TABLE "Owner" ("id" SERIAL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "n" INTEGER NOT NULL DEFAULT 0 CHECK ("n" >= 0), "touched" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "Item" ("id" SERIAL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "ownerId" INTEGER NOT NULL REFERENCES "Owner" ON DELETE RESTRICT);
CREATE TABLE "Link" ("id" INTEGER PRIMARY KEY, "ownerId" INTEGER NOT NULL REFERENCES "Owner" DEFERRABLE INITIALLY DEFERRED);`;

async function onServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

beforeAll(async () => {
  for (const name of names) {
    await onServer(server, (client) => client.query(`CREATE DATABASE ${name}`));
    await onServer(urlOf(name), (client) => client.query(ddl));
  }
}, 60_000);

afterAll(async () => {
  for (const name of names) await onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}, 60_000);

test(
  'programs do in the sandbox what they do on a PostgreSQL of their own',
  async () => {
    const PrismaClient = loadClientClass<TestClient>(generateClient(schemaOf('postgresql')));
    const [plainUrl, sandboxUrl] = names.map(urlOf);
    const lab = sandboxOn(postgresqlDialect, () => new PrismaPg({ connectionString: sandboxUrl, max: 1 }));
    const plain = [0, 1].map(() => new PrismaClient({ adapter: new PrismaPg({ connectionString: plainUrl, max: 12 }) })) as never as [
      TestClient,
      TestClient,
    ];
    const sandboxed = [0, 1].map(() => new PrismaClient({ adapter: lab.adapter() })) as never as [TestClient, TestClient];
    const admin = new Client({ connectionString: plainUrl });
    await admin.connect();
    try {
      const done = await compare(
        {
          abilities: {
            parallel: true,
            visits: true,
            clientsInParallel: true,
            parallelCalls: true,
            deferredInTransactions: true,
            settings: true,
          },
          plain,
          sandboxed,
          lab,
          reset: () =>
            admin.query(
              `DELETE FROM "Link"; DELETE FROM "Item"; DELETE FROM "Owner"; SELECT setval('"Owner_id_seq"', 1, false), setval('"Item_id_seq"', 1, false)`,
            ) as never,
          rowsOutside: () =>
            onServer(sandboxUrl ?? '', async (client) => {
              const { rows } = await client.query('SELECT (SELECT count(*) FROM "Owner") + (SELECT count(*) FROM "Link") AS n');
              return Number(rows[0].n);
            }),
        },
        numberOfPrograms(0.4),
      );
      console.log(`PostgreSQL: ${done.programs} programs, ${done.calls} calls, of which ${done.failures} fail`);
    } finally {
      await admin.end();
      for (const client of plain) await client.$disconnect();
      await lab.close();
    }
  },
  24 * 3600_000,
);
