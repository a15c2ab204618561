import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { createDatabaseNames } from '../../src/providers/database-name';
import { createPostgresqlProvider } from '../../src/providers/postgresql';
import type { Provider, ProviderContext, TemplateTarget } from '../../src/providers/provider';
import { start } from './processes';
import { startPrivateServer, type PrivateServer } from './private-server';

const base = 'app';
const build = (target: TemplateTarget): Promise<void> => target.execute('CREATE TABLE item (id SERIAL PRIMARY KEY)');

let server: PrivateServer;
const open: Provider[] = [];

function contextFor(url: string | undefined): ProviderContext {
  return {
    rootDir: __dirname,
    cacheDir: __dirname,
    url,
    resolveFrom: [path.resolve(__dirname, '../..')],
    projectKey: 'safety',
    report: () => undefined,
  };
}

/** A provider for a URL, closed after the test. */
function providerFor(url: string | undefined, more: Partial<ProviderContext> = {}): Provider {
  const provider = createPostgresqlProvider({ ...contextFor(url), ...more });
  open.push(provider);
  return provider;
}

async function databases(): Promise<unknown[]> {
  return (await server.run('SELECT datname::text AS name FROM pg_database ORDER BY 1')).map((row) => row['name']);
}

beforeAll(async () => {
  server = await startPrivateServer({ max_connections: '12', superuser_reserved_connections: '2' });
}, 60_000);

afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
  const rows = await server.run(
    "SELECT datname::text AS name FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')",
  );
  for (const { name } of rows) await server.run(`DROP DATABASE "${String(name)}" WITH (FORCE)`);
});

afterAll(() => server.remove());

describe('the safety promise', () => {
  const names = createDatabaseNames(base, 'safe');

  test.each([
    ['worker database', names.worker(1)],
    ['template', names.template],
    ['template in the making', names.building],
  ])('a %s of that name without our marker is refused and left as it is', async (_what, name) => {
    await server.run(`CREATE DATABASE "${name}"`);
    await server.run("CREATE TABLE precious AS SELECT 'yours' AS of_whom", name);
    await server.run(`COMMENT ON DATABASE "${name}" IS 'nothing to do with jest-environment-prisma'`);
    const provider = providerFor(server.url(base));
    const using = provider.ensureTemplate('safe', build).then(() => provider.lease('safe'));
    await expect(using).rejects.toMatchObject({ code: 'PRISMA_TEST_DATABASE_NOT_OURS', message: expect.stringContaining(name) });
    await provider.clean();
    expect(await server.run('SELECT of_whom FROM precious', name)).toEqual([{ of_whom: 'yours' }]);
  });

  test('a database that somebody began to create for us, and died before he marked it, is ours', async () => {
    const provider = providerFor(server.url(base));
    await provider.ensureTemplate('safe', build);
    await server.run(`CREATE DATABASE "${names.worker(1)}" CONNECTION LIMIT 1785358951`);
    const { name, url } = await provider.lease('safe');
    expect(name).toBe(names.worker(1));
    expect(url).toContain(names.worker(1));
    expect(await server.run('SELECT count(*)::int AS n FROM item', name)).toEqual([{ n: 0 }]);
  });

  test.each(['worker', 'template'])('a URL that leads to one of our own databases (a %s) is refused', async (kind) => {
    const provider = providerFor(server.url(base));
    await provider.ensureTemplate('safe', build);
    const database = await provider.lease('safe');
    const url = kind === 'worker' ? database.url : server.url(names.template);
    await expect(providerFor(url).version()).rejects.toMatchObject({ code: 'PRISMA_TEST_URL_IS_TEST_DATABASE' });
    await database.release();
  });

  test('the database that the URL names is neither needed nor made nor touched', async () => {
    const provider = providerFor(server.url('not-there'));
    await provider.ensureTemplate('safe', build);
    await (await provider.lease('safe')).release();
    expect(await databases()).not.toContain('not-there');
  });

  test('cleaning removes nothing of another project', async () => {
    const other = providerFor(server.url('other'), { projectKey: 'elsewhere' });
    await other.ensureTemplate('safe', build);
    await other.close();
    expect(await providerFor(server.url(base)).clean()).toEqual([]);
    expect(await databases()).toContain('other_tpl_safe');
  });
});

describe('what goes wrong is explained', () => {
  test('a role that may not create databases gets the line that lets it', async () => {
    await server.run("CREATE ROLE poor LOGIN PASSWORD 'p'");
    const provider = providerFor(server.url(base, 'poor', 'p'));
    await expect(provider.ensureTemplate('x', build)).rejects.toMatchObject({
      code: 'PRISMA_TEST_NO_CREATEDB',
      message: expect.stringContaining('ALTER ROLE "poor" CREATEDB;'),
    });
    await provider.close();
    await server.run('DROP ROLE poor');
  });

  test('a wrong password is told from a server that is not there, and no error shows a password', async () => {
    const secret = 'Gehe#im/niss@42';
    const wrong = await providerFor(server.url(base, 'postgres', secret))
      .version()
      .catch((error: unknown) => error);
    const absent = await providerFor(`postgresql://me:${encodeURIComponent(secret)}@127.0.0.1:1/app`)
      .version()
      .catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'PRISMA_TEST_SERVER_AUTH' });
    expect(absent).toMatchObject({ code: 'PRISMA_TEST_SERVER_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') });
    for (const error of [wrong, absent]) {
      const shown = inspect(error, { depth: 10, showHidden: true }) + String((error as Error).stack);
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(encodeURIComponent(secret));
    }
  });

  test('a server without a free connection is explained with figures', async () => {
    await server.run("CREATE ROLE many LOGIN CREATEDB PASSWORD 'p'");
    const holders = Array.from({ length: 12 }, () => providerFor(server.url(base, 'many', 'p')));
    const results = await Promise.allSettled(holders.map((one) => one.version()));
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused).toMatchObject({
      reason: { code: 'PRISMA_TEST_TOO_MANY_CONNECTIONS', message: expect.stringContaining('max_connections') },
    });
    await Promise.all(holders.map((one) => one.close()));
    await server.run('DROP ROLE many');
  }, 30_000);

  test('TLS that does not come about, and TLS that does', async () => {
    const parameters = (mode: string): string => `${server.url(base)}?sslmode=${mode}`;
    await expect(providerFor(parameters('require')).version()).rejects.toMatchObject({ code: 'PRISMA_TEST_SERVER_TLS' });
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(server.folder, name)) as [string, string];
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-nodes',
      '-newkey',
      'rsa:2048',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
    ]);
    if (made.status !== 0) {
      process.stderr.write('SKIPPED TLS that comes about: no openssl here\n');
      return;
    }
    chmodSync(key, 0o600);
    for (const file of [key, certificate]) server.own(file);
    for (const [name, value] of [
      ['ssl_key_file', key],
      ['ssl_cert_file', certificate],
      ['ssl', 'on'],
    ])
      await server.run(`ALTER SYSTEM SET ${name} = '${value}'`);
    server.restart();
    await expect(providerFor(parameters('verify-full')).version()).rejects.toMatchObject({ code: 'PRISMA_TEST_SERVER_TLS' });
    // In a process of its own, which must be able to end: an idle TLS connection must not hold it either.
    const context = { ...contextFor(parameters('no-verify')) };
    const child = start(path.join(__dirname, 'postgresql-subject.ts'), context, 'tls', ['ensure', 'lease']);
    expect(await child.said('lease')).toContain('sslmode=no-verify');
    expect(await child.ended).toBe(0);
    await server.run('ALTER SYSTEM SET ssl = off');
    server.restart();
  }, 30_000);

  test.each([
    [undefined, 'PRISMA_TEST_POSTGRESQL_URL_MISSING'],
    ['prisma+postgres://localhost:51213/?api_key=abc', 'PRISMA_TEST_PRISMA_POSTGRES_URL'],
    ['mysql://root@127.0.0.1/app', 'PRISMA_TEST_POSTGRESQL_URL_INVALID'],
    ['postgresql://u:50%@127.0.0.1/a%zz', 'PRISMA_TEST_POSTGRESQL_URL_INVALID'],
    ['postgresql://a,b:5432/app', 'PRISMA_TEST_POSTGRESQL_URL_INVALID'],
  ])('the URL %s is answered with %s', (url, code) => {
    expect(() => providerFor(url)).toThrow(expect.objectContaining({ code }));
  });

  test('no driver: the line that installs it', async () => {
    const provider = providerFor(server.url(base), { resolveFrom: ['/'] });
    await expect(provider.version()).rejects.toMatchObject({
      code: 'PRISMA_TEST_DRIVER_MISSING',
      message: expect.stringContaining('npm install'),
    });
  });

  test('an error in SQL has its place in the script, characters beyond 16 bits included', async () => {
    const sql = "SELECT 1;\nSELECT '😀😀', nope;\nSELECT 2";
    const failing = (target: TemplateTarget): Promise<void> => target.execute(sql);
    await expect(providerFor(server.url(base)).ensureTemplate('x', failing)).rejects.toMatchObject({
      position: sql.indexOf('nope'),
      statement: 1,
    });
  });

  test('SQL that leaves a transaction open is refused: its work would be lost', async () => {
    const failing = (target: TemplateTarget): Promise<void> => target.execute('BEGIN; CREATE TABLE gone (id int);');
    await expect(providerFor(server.url(base)).ensureTemplate('x', failing)).rejects.toMatchObject({ code: 'PRISMA_TEST_SQL_LEFT_OPEN' });
  });
});

describe('URLs of every form', () => {
  const lease = async (provider: Provider): Promise<string> => {
    await provider.ensureTemplate('urls', build);
    const { url, name } = await provider.lease('urls');
    expect(await server.run('SELECT count(*)::int AS n FROM item', name)).toEqual([{ n: 0 }]);
    return url;
  };

  test('parameters stay as they are', async () => {
    const url = `${server.url(base)}?schema=public&connection_limit=5&application_name=my%20app`;
    expect(await lease(providerFor(url))).toBe(url.replace('/app?', '/app_test_urls_1?'));
  });

  test('without a database, the project gives the name', async () => {
    const url = server.url('').replace(/\/$/, '');
    expect(await lease(providerFor(url))).toBe(`${url}/safety_test_urls_1`);
  });

  test('names and passwords with every sort of character', async () => {
    const password = `p@ss/w?r#d%41 :é"'`;
    await server.run(`CREATE ROLE "we""ird" LOGIN CREATEDB PASSWORD '${password.replaceAll("'", "''")}'`);
    const provider = providerFor(server.url('my "odd" dätabase', 'we"ird', password));
    expect(await lease(provider)).toMatch(/\/my__odd__d_tabase_[0-9a-f]{8}_test_urls_1$/);
    await provider.clean();
    await provider.close();
    const [row] = await server.run("SELECT count(*)::int AS n FROM pg_database WHERE datname LIKE 'my%'");
    expect(row).toEqual({ n: 2 });
    for (const { name } of await server.run("SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'my%'"))
      await server.run(`DROP DATABASE "${String(name)}" WITH (FORCE)`);
    await server.run('DROP ROLE "we""ird"');
  });

  test('a role that may not enter the database `postgres` meets the others in the one that its URL names', async () => {
    await server.run("CREATE ROLE outsider LOGIN CREATEDB PASSWORD 'p'");
    await server.run('CREATE DATABASE app OWNER outsider');
    await server.run('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
    const provider = providerFor(server.url(base, 'outsider', 'p'));
    expect(await lease(provider)).toContain('app_test_urls_1');
    // Whoever locks in another place cannot tell if the slot is in use, and takes the next.
    await providerFor(server.url(base)).ensureTemplate('urls', build);
    expect((await providerFor(server.url(base)).lease('urls')).name).toBe('app_test_urls_2');
    await Promise.all(open.splice(0).map((one) => one.close()));
    await server.run('GRANT CONNECT ON DATABASE postgres TO PUBLIC');
    for (const { name } of await server.run("SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'app%'"))
      await server.run(`DROP DATABASE "${String(name)}" WITH (FORCE)`);
    await server.run('DROP ROLE outsider');
  });
});
