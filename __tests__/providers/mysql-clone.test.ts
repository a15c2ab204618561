import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMysqlProvider } from '../../src/providers/mysql';
import type { ProviderContext } from '../../src/providers/provider';
import { query, serverUrl, unreachable } from './mysql-server';

const base = `jep_clone_${process.pid}`;
const folder = mkdtempSync(path.join(tmpdir(), 'jep-mysql-'));
const context: ProviderContext = {
  rootDir: folder,
  cacheDir: folder,
  url: serverUrl(base),
  resolveFrom: [path.resolve(__dirname, '../..')],
  projectKey: base,
  report: () => undefined,
};
let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED mysql: ${why}\n`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (why) return;
  for (const { name } of await query(
    serverUrl(''),
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '${base}%'`,
  )) {
    await query(serverUrl(''), `DROP DATABASE IF EXISTS \`${String(name)}\``);
  }
}, 60_000);
const promise = (name: string, work: () => Promise<void>): void => test(name, async () => (why ? undefined : work()), 60_000);

const everything = `
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
CREATE PROCEDURE fill() BEGIN INSERT INTO \`b-table\` (a_id) VALUES (1); INSERT INTO \`b-table\` (a_id) VALUES (1); END;
CREATE TABLE a (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL DEFAULT 0, doubled INT AS (n * 2) STORED, note VARCHAR(20) NOT NULL DEFAULT 'it''s', b_id INT NULL) AUTO_INCREMENT = 41;
CREATE TABLE \`b-table\` (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, a_id INT NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES \`b-table\` (id);
CREATE VIEW z_last AS SELECT id, twice(n) AS t FROM a;
CREATE VIEW a_first AS SELECT t FROM z_last;
CREATE TRIGGER noted BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.n = NEW.n + 1; END;
CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR DO DELETE FROM a;
INSERT INTO a (n) VALUES (1); INSERT INTO a (id, n) VALUES (1, 5);
CALL fill();`;

promise('a clone has tables, rows, counters, views, triggers, routines and events of the template', async () => {
  const provider = createMysqlProvider(context);
  await provider.ensureTemplate('f1', (target) => target.execute(everything));
  const { url, release } = await provider.lease('f1');
  expect(await query(url, 'SELECT id, n, doubled, note FROM a ORDER BY id')).toMatchObject([
    { id: 1, n: 6, doubled: 12, note: "it's" },
    { id: 41, n: 2, doubled: 4 },
  ]);
  expect(await query(url, 'SELECT * FROM a_first ORDER BY t')).toMatchObject([{ t: 4 }, { t: 12 }]);
  await query(url, 'INSERT INTO a (n) VALUES (10); CALL fill()');
  expect(await query(url, 'SELECT id, n FROM a WHERE n > 10')).toMatchObject([{ id: 42, n: 11 }]);
  expect(await query(url, 'SELECT COUNT(*) AS n FROM `b-table`')).toMatchObject([{ n: 4n }]);
  await expect(query(url, 'INSERT INTO `b-table` (a_id) VALUES (77)')).rejects.toThrow('foreign key');
  expect(await query(url, 'SELECT STATUS AS s FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()')).toMatchObject([
    { s: 'DISABLED' },
  ]);
  const qualified = await query(url, `SELECT VIEW_DEFINITION AS v FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()`);
  expect(qualified.map(({ v }) => String(v)).join()).not.toContain('_tpl_');
  await release();
  await provider.close();
});

promise('databases that are made at the same time do not get in the way of each other', async () => {
  const provider = createMysqlProvider(context);
  await provider.ensureTemplate('f5', (target) =>
    target.execute('CREATE TABLE t (id INT); CREATE VIEW v AS SELECT id FROM t; INSERT INTO t VALUES (1)'),
  );
  const leases = await Promise.all([1, 2, 3].map(() => provider.lease('f5')));
  const [first] = leases;
  await query(first?.url ?? '', 'INSERT INTO t VALUES (2)');
  await Promise.all(leases.slice(1).flatMap((each) => [each.renew(first?.url), each.renew()]));
  await Promise.all(leases.slice(1).map((each) => each.renew(first?.url)));
  for (const { url } of leases) expect(await query(url, 'SELECT id FROM v ORDER BY id')).toMatchObject([{ id: 1 }, { id: 2 }]);
  await Promise.all(leases.map((each) => each.release()));
  await provider.close();
});

promise('a database without the marker is left alone', async () => {
  const provider = createMysqlProvider(context);
  await query(serverUrl(''), `CREATE DATABASE ${base}_tpl_f2; CREATE TABLE ${base}_tpl_f2.mine (id INT)`);
  await query(serverUrl(''), `CREATE DATABASE ${base}_test_f3_1; CREATE TABLE ${base}_test_f3_1.mine (id INT)`);
  await expect(provider.ensureTemplate('f2', () => Promise.resolve())).rejects.toMatchObject({ code: 'PRISMA_TEST_MYSQL_NOT_OURS' });
  await provider.ensureTemplate('f3', (target) => target.execute('CREATE TABLE t (id INT)'));
  await expect(provider.lease('f3')).rejects.toMatchObject({ code: 'PRISMA_TEST_MYSQL_NOT_OURS' });
  await provider.close();
  const other = createMysqlProvider(context);
  expect(await other.clean()).not.toEqual(expect.arrayContaining([`${base}_tpl_f2`, `${base}_test_f3_1`]));
  await other.close();
  expect(await query(serverUrl(`${base}_tpl_f2`), 'SELECT * FROM mine')).toEqual([]);
  expect(await query(serverUrl(`${base}_test_f3_1`), 'SELECT * FROM mine')).toEqual([]);
});

promise('what died between creating and marking a database is ours to remove', async () => {
  await query(serverUrl(''), `CREATE DATABASE ${base}_tpl_f4 CHARACTER SET hp8 COLLATE hp8_bin`);
  const provider = createMysqlProvider(context);
  expect(await provider.ensureTemplate('f4', (target) => target.execute('CREATE TABLE t (id INT)'))).toBe('built');
  await provider.close();
});

test.each([
  ['mysql://root@127.0.0.1:1/app', 'PRISMA_TEST_MYSQL_UNREACHABLE'],
  ['postgresql://root@127.0.0.1/app', 'PRISMA_TEST_MYSQL_URL_INVALID'],
  [undefined, 'PRISMA_TEST_MYSQL_URL_MISSING'],
])('a URL that leads nowhere says so: %s', async (url, code) => {
  const version = async (): Promise<string> => createMysqlProvider({ ...context, url }).version();
  await expect(version()).rejects.toMatchObject({ code });
});

promise('a login that is refused says so', async () => {
  const url = serverUrl('app').replace(/\/\/[^@]*@/, '//jep_nobody:wrong@');
  await expect(createMysqlProvider({ ...context, url }).version()).rejects.toMatchObject({ code: 'PRISMA_TEST_MYSQL_LOGIN' });
});
