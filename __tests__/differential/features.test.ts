import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client } from 'pg';
import { postgresqlDialect } from '../../src/sandbox/dialects/postgresql';
import { sqliteDialect } from '../../src/sandbox/dialects/sqlite';
import { createDdl } from '../../src/schema/push-engine';
import { featureSchema, steps, stepsThatFail, type Runtime } from './features';
import { generateClient, loadClientClass, sandboxOn } from './lab';

interface TestDb {
  $on(event: 'query', listener: (event: { query: string }) => void): void;
  $disconnect(): Promise<void>;
}

const server = process.env['POSTGRESQL_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const folder = mkdtempSync(path.join(tmpdir(), 'features-'));
const databases = ['plain', 'sandbox'].map((side) => `features_${side}_${process.pid}`);
const postgresqlUrl = (name = ''): string => Object.assign(new URL(server), { pathname: `/${name}` }).href;

const providers = {
  sqlite: {
    dialect: sqliteDialect,
    url: (name = ''): string => `file:${path.join(folder, name)}.db`,
    make: (url: string) => new PrismaLibSql({ url, intMode: 'bigint' }),
  },
  postgresql: { dialect: postgresqlDialect, url: postgresqlUrl, make: (url: string) => new PrismaPg({ connectionString: url }) },
} as const;

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

beforeAll(async () => {
  for (const name of databases) await onServer(server, `CREATE DATABASE ${name}`);
  for (const provider of ['sqlite', 'postgresql'] as const) {
    const files = [{ path: 'schema.prisma', content: featureSchema(provider) }];
    const ddl = await createDdl({ files, defaultSchema: undefined, omittedTables: [], omittedEnums: [], views: [] }, provider);
    for (const name of databases) {
      if (provider === 'postgresql') await onServer(postgresqlUrl(name), ddl);
      else {
        const adapter = await providers.sqlite.make(providers.sqlite.url(name)).connect();
        await adapter.executeScript(ddl).finally(() => adapter.dispose());
      }
    }
  }
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  for (const name of databases) await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}, 60_000);

test.each(['sqlite', 'postgresql'] as const)(
  'the rest of Prisma does in the sandbox what it does on a %s of its own',
  async (provider) => {
    const { dialect, url, make } = providers[provider];
    const [plainUrl, sandboxUrl] = databases.map(url) as [string, string];
    const client = generateClient(featureSchema(provider));
    const PrismaClient = loadClientClass<TestDb>(client);
    const runtime = jest.requireActual<Runtime>(path.join(client, 'runtime', 'client.js'));
    const lab = sandboxOn(dialect, () => make(sandboxUrl));
    const log = [{ emit: 'event', level: 'query' }];
    const [plain, sandboxed] = [make(plainUrl), lab.adapter()].map((adapter) => new PrismaClient({ adapter, log }));
    try {
      const expected = await observe(plain!, provider, runtime);
      const actual = await lab.inTest('features', () => observe(sandboxed!, provider, runtime));
      expect(actual).toEqual(expected);
      const failed = Object.entries(expected).flatMap(([name, outcome]) => ('ok' in (outcome as object) ? [] : [name]));
      expect(failed).toEqual(stepsThatFail);
    } finally {
      await plain?.$disconnect();
      await lab.close();
    }
  },
  60_000,
);

/** What each step answers, and the SQL that Prisma says it has sent, in whatever order parallel calls sent it. */
async function observe(db: TestDb, provider: string, runtime: Runtime): Promise<Record<string, unknown>> {
  const queries: string[] = [];
  db.$on('query', ({ query }: { query: string }) => queries.push(query));
  const observed: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(steps)) {
    queries.length = 0;
    const outcome = await step(db, provider, runtime).then(
      (ok) => ({ ok }),
      (error: Error & { code?: string }) => ({ failed: error.name, code: error.code }),
    );
    observed[name] = { ...outcome, queries: queries.filter((query) => !/^(?:BEGIN|COMMIT|ROLLBACK|-- Implicit)/.test(query)).toSorted() };
  }
  return observed;
}
