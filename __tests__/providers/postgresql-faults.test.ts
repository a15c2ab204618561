import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresqlProvider } from '../../src/providers/postgresql';
import type { Provider, ProviderContext, TemplateTarget } from '../../src/providers/provider';
import { startPrivateServer, type PrivateServer } from './private-server';
import { subject } from './postgresql-subject';
import { killAll, start } from './processes';
import { startPooler } from './transaction-pooler';

const base = 'faults';
const build = (target: TemplateTarget): Promise<void> =>
  target.execute(`${subject.schema}; INSERT INTO item (name) VALUES ('from the template')`);

let server: PrivateServer;
const said: string[] = [];
const open: Provider[] = [];
const unmounts: (() => Promise<void>)[] = [];

const contextFor = (url: string): ProviderContext => ({
  rootDir: __dirname,
  cacheDir: __dirname,
  url,
  resolveFrom: [path.resolve(__dirname, '../..')],
  projectKey: base,
  report: (line) => void said.push(line),
});

function providerFor(url: string = server.url(base)): Provider {
  const provider = createPostgresqlProvider(contextFor(url));
  open.push(provider);
  return provider;
}

async function ours(): Promise<string[]> {
  const rows = await server.run(`SELECT datname::text AS name FROM pg_database WHERE datname LIKE '${base}%' ORDER BY 1`);
  return rows.map((row) => String(row['name']));
}

beforeAll(async () => {
  server = await startPrivateServer();
  // The pooler below does not log in by itself.
  await server.run("CREATE ROLE trusted LOGIN SUPERUSER PASSWORD 'p'");
}, 60_000);

afterEach(async () => {
  await killAll();
  await Promise.all(open.splice(0).map((provider) => provider.close()));
  const last = createPostgresqlProvider(contextFor(server.url(base)));
  await last.clean();
  await last.close();
  expect(await ours()).toEqual([]);
});

afterAll(async () => {
  for (const unmount of unmounts) await unmount();
  await server.remove();
});

test('a server that is restarted costs the lease, which is told; the next lease works', async () => {
  const provider = providerFor();
  await provider.ensureTemplate('restart', build);
  const before = await provider.lease('restart');
  expect(() => before.check?.()).not.toThrow();
  server.restart();
  await delay(100);
  expect(() => before.check?.()).toThrow(expect.objectContaining({ code: 'PRISMA_TEST_CONNECTION_LOST' }));
  await expect(before.renew()).rejects.toMatchObject({ code: 'PRISMA_TEST_CONNECTION_LOST' });
  await before.release();
  expect(await provider.ensureTemplate('restart', build)).toBe('hit');
  const after = await provider.lease('restart');
  after.check?.();
  await after.release();
}, 60_000);

test('a connection that an administrator ends is the same, and its slot is free for others', async () => {
  const [one, two] = [providerFor(), providerFor()];
  await one.ensureTemplate('ended', build);
  const lost = await one.lease('ended');
  await server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jest-environment-prisma'");
  await delay(100);
  expect(() => lost.check?.()).toThrow(expect.objectContaining({ code: 'PRISMA_TEST_CONNECTION_LOST' }));
  const taken = await two.lease('ended');
  expect(taken.name).toBe(lost.name);
  // Releasing what was lost must not take it from its new owner.
  await lost.release();
  expect(await ours()).toContain(taken.name);
  await taken.release();
});

test('a template that is deleted by hand is built again when the next database is leased', async () => {
  const provider = providerFor();
  await provider.ensureTemplate('byhand', build);
  await server.run(`DROP DATABASE ${base}_tpl_byhand`);
  const { name, release } = await provider.lease('byhand');
  expect(await server.run('SELECT name FROM item', name)).toEqual([{ name: 'from the template' }]);
  await release();
  await server.run(`DROP DATABASE ${base}_tpl_byhand`);
  await expect(providerFor().lease('byhand')).rejects.toMatchObject({ code: 'PRISMA_TEST_TEMPLATE_MISSING' });
});

test('somebody who stays connected to the template while it is built does not stop it', async () => {
  const child = start(subject.file, contextFor(server.url(base)), 'linger', ['run:SELECT pg_sleep(60)']);
  const provider = providerFor();
  await provider.ensureTemplate('linger', async (target) => {
    await build(target);
    child.tell(target.url);
    await child.said('running');
  });
  await (await provider.lease('linger')).release();
});

test('a clone has the settings of its template, and everything else that belongs to a database', async () => {
  const provider = providerFor();
  await provider.ensureTemplate('whole', (target) =>
    target.execute(`
      CREATE SCHEMA auth;
      CREATE TYPE auth.mood AS ENUM ('sad', 'glad');
      CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), mood auth.mood, place point);
      CREATE UNIQUE INDEX one_glad ON auth.users (mood) WHERE mood = 'glad';
      ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
      CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid; $$;
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path TO "$user", public, auth', current_database());
        EXECUTE format('ALTER DATABASE %I SET "app.jwt_secret" TO %L', current_database(), 'it''s \\ secret');
        EXECUTE format('ALTER ROLE trusted IN DATABASE %I SET work_mem TO %L', current_database(), '5MB');
      END $$;`),
  );
  const { name, release } = await provider.lease('whole');
  expect(await server.run("SELECT current_setting('search_path') AS path, current_setting('app.jwt_secret') AS secret", name)).toEqual([
    { path: '"$user", public, auth', secret: "it's \\ secret" },
  ]);
  await server.run("INSERT INTO users (mood) VALUES ('glad')", name);
  await expect(server.run("INSERT INTO users (mood) VALUES ('glad')", name)).rejects.toThrow('one_glad');
  expect(await server.run('SELECT count(*)::int AS n FROM pg_db_role_setting WHERE setrole <> 0')).toEqual([{ n: 2 }]);
  await release();
});

test('older templates of the project go, with their clones; the newest and those in use stay', async () => {
  const child = start(subject.file, contextFor(server.url(base)), 'v1', ['ensure', 'lease', 'hold']);
  await child.said('lease');
  for (const version of ['v2', 'v3', 'v4', 'v5', 'v6']) {
    // Ends without releasing, as Jest's workers do, but for the last one, which tells what it removed.
    if (version === 'v6') await providerFor().ensureTemplate(version, build);
    else expect(await start(subject.file, contextFor(server.url(base)), version, ['ensure', 'lease']).ended).toBe(0);
  }
  const left = await ours();
  expect(left.filter((name) => name.includes('_tpl_'))).toEqual(['v1', 'v4', 'v5', 'v6'].map((version) => `${base}_tpl_${version}`));
  expect(left.filter((name) => name.includes('_v2_') || name.includes('_v3_'))).toEqual([]);
  expect(left).toContain(`${base}_test_v1_1`);
  expect(said.join('\n')).toContain('removed older test databases');
}, 60_000);

test('thirty processes killed at any moment, building, cloning or using, leave nothing that the next run does not put right', async () => {
  for (let round = 0; round < 10; round++) {
    const print = `k${round % 3}`;
    const children = [1, 2, 3].map(() => start(subject.file, contextFor(server.url(base)), print, ['ensure', 'lease', 'hold']));
    await delay(150 + Math.random() * 400);
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.ended));
  }
  for (const print of ['k0', 'k1', 'k2']) {
    const provider = providerFor();
    await provider.ensureTemplate(print, build);
    const { name, release } = await provider.lease(print);
    expect(await server.run('SELECT name FROM item', name)).toEqual([{ name: 'from the template' }]);
    await release();
  }
  expect((await ours()).length).toBeLessThanOrEqual(3 * (1 + 2 * 4));
}, 120_000);

test('a full disk is explained, and when there is room again all is well', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jep-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=120m', 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    process.stderr.write('SKIPPED a full disk: file systems cannot be mounted here\n');
    return;
  }
  // A log whose files are written in advance goes on when the disk is full: what fails is the copy, not the server.
  const small = await startPrivateServer({ wal_init_zero: 'on' }, folder);
  await small.run('SELECT pg_switch_wal()');
  unmounts.push(async () => {
    await small.remove().catch(() => undefined);
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const filler = path.join(folder, 'filler');
  const provider = createPostgresqlProvider(contextFor(small.url(base)));
  await provider.ensureTemplate('full', build);
  expect(() => {
    for (;;) appendFileSync(filler, Buffer.alloc(256 * 1024));
  }).toThrow('ENOSPC');
  truncateSync(filler, statSync(filler).size - 1024 * 1024);
  await expect(provider.lease('full')).rejects.toMatchObject({ code: 'PRISMA_TEST_DISK_FULL' });
  rmSync(filler);
  await (await provider.lease('full')).release();
  await provider.close();
}, 60_000);

describe('behind a pooler', () => {
  // Poolers log in themselves; this one lets the server ask for no password.
  const trustedUrl = process.env['POSTGRESQL_URL'] ?? 'postgresql://postgres@127.0.0.1:5432';
  const { hostname, port, username } = new URL(trustedUrl);

  test('that moves sessions between clients, the URL is refused', async () => {
    const pooler = await startPooler(hostname, Number(port || 5432), 'transaction');
    const provider = providerFor(`postgresql://${username}@127.0.0.1:${pooler.port}/${base}`);
    await expect(provider.version()).rejects.toMatchObject({ code: 'PRISMA_TEST_POOLER' });
    await pooler.close();
  });

  test('that leaves every client its session, all is well', async () => {
    const pooler = await startPooler(hostname, Number(port || 5432), 'session');
    const provider = providerFor(`postgresql://${username}@127.0.0.1:${pooler.port}/${base}`);
    expect(await provider.version()).toMatch(/^postgresql /);
    await provider.close();
    await pooler.close();
  });
});
