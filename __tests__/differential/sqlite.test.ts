import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { sqliteDialect } from '../../src/sandbox/dialects/sqlite';
import { compare, numberOfPrograms } from './compare';
import { generateClient, loadClientClass, sandboxOn, schemaOf } from './lab';
import type { Abilities } from './program';
import type { TestClient } from './run-program';

const ddl = [
  `CREATE TABLE "Owner" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL UNIQUE, "n" INTEGER NOT NULL DEFAULT 0 CHECK ("n" >= 0), "touched" INTEGER NOT NULL DEFAULT 0)`,
  `CREATE TABLE "Item" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL UNIQUE, "ownerId" INTEGER NOT NULL, FOREIGN KEY ("ownerId") REFERENCES "Owner" ("id") ON DELETE RESTRICT)`,
  `CREATE TABLE "Link" ("id" INTEGER NOT NULL PRIMARY KEY, "ownerId" INTEGER NOT NULL, FOREIGN KEY ("ownerId") REFERENCES "Owner" ("id") DEFERRABLE INITIALLY DEFERRED)`,
];

const oneWriter = { visits: false, clientsInParallel: false, deferredInTransactions: false, settings: false };
const adapters: [name: string, make: (url: string) => SqlDriverAdapterFactory, abilities: Abilities][] = [
  ['libsql', (url: string) => new PrismaLibSql({ url }), { ...oneWriter, parallel: true, parallelCalls: true }],
  ...(hasBetterSqlite3()
    ? ([
        ['better-sqlite3', (url: string) => new PrismaBetterSqlite3({ url }), { ...oneWriter, parallel: false, parallelCalls: false }],
      ] as const)
    : []),
] as never;

/** @libsql/client leaves the file handle of each transaction to the garbage collector, which does not see how many there are. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  // What is left of a native object is ended by the event loop, which nothing here would ever reach.
  await new Promise((resolve) => setImmediate(resolve));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'differential-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

test.each(adapters)(
  'programs do in the sandbox what they do on a SQLite of their own (%s)',
  async (name, make, abilities) => {
    const PrismaClient = loadClientClass<TestClient>(generateClient(schemaOf('sqlite')));
    const [plainUrl = '', sandboxUrl = ''] = ['plain', 'sandbox'].map((side) => `file:${path.join(folder, `${name}-${side}.db`)}`);
    for (const url of [plainUrl, sandboxUrl]) {
      const adapter = await make(url).connect();
      for (const statement of ddl) await adapter.executeScript(statement);
      await adapter.dispose();
    }
    const lab = sandboxOn(sqliteDialect, () => make(sandboxUrl));
    let resets = 0;
    const plain = [0, 1].map(() => new PrismaClient({ adapter: make(plainUrl) })) as never as [TestClient, TestClient];
    const sandboxed = [0, 1].map(() => new PrismaClient({ adapter: lab.adapter() })) as never as [TestClient, TestClient];
    try {
      const done = await compare(
        {
          abilities,
          plain,
          sandboxed,
          lab,
          async reset() {
            if (++resets % 200 === 0) await collectGarbage();
            for (const table of ['Link', 'Item', 'Owner', 'sqlite_sequence']) await plain[0].$executeRawUnsafe(`DELETE FROM "${table}"`);
          },
          async rowsOutside() {
            await lab.close();
            const adapter = await make(sandboxUrl).connect();
            const { rows } = await adapter.queryRaw({ sql: 'SELECT count(*) FROM "Owner"', args: [], argTypes: [] });
            await adapter.dispose();
            return Number(rows[0]?.[0]);
          },
        },
        numberOfPrograms(0.3),
      );
      console.log(`${name}: ${done.programs} programs, ${done.calls} calls, of which ${done.failures} fail`);
    } finally {
      for (const client of plain) await client.$disconnect();
      await lab.close();
    }
  },
  24 * 3600_000,
);

/** It needs compiling where no binary can be downloaded; in CI it must be there. */
function hasBetterSqlite3(): boolean {
  try {
    const Database = createRequire(__filename)('better-sqlite3') as new (file: string) => { close(): void };
    new Database(':memory:').close();
    return true;
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn('better-sqlite3 is not compiled: its programs are not run');
    return false;
  }
}
