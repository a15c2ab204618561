import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { runInContext, type Scope } from '../../../src/sandbox/call-context';
import { sqliteDialect } from '../../../src/sandbox/dialects/sqlite';
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox';
import { createSandboxAdapterFactory } from '../../../src/sandbox/sandbox-adapter';

let folder: string;
let sandbox: Sandbox;
let adapter: SqlDriverAdapter;
const renewed = jest.fn(() => Promise.resolve());

const query = (sql: string) => ({ sql, args: [], argTypes: [] });
const count = async (): Promise<number> => Number((await adapter.queryRaw(query('SELECT count(*) FROM t'))).rows[0]?.[0]);
const add = (id: number): Promise<number> => adapter.executeRaw(query(`INSERT INTO t (id) VALUES (${id})`));
const enter = (kind: Scope['kind'], name: string): Scope => {
  const scope: Scope = { kind, name, closed: false };
  sandbox.enter(scope);
  return scope;
};

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
  const factory = new PrismaLibSql({ url: `file:${path.join(folder, 'test.db')}` });
  const outside = await factory.connect();
  await outside.executeScript('CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)');
  await outside.dispose();
  sandbox = createSandbox({
    database: 'default',
    dialect: sqliteDialect,
    connect: () => factory.connect(),
    renew: renewed,
    report: () => {},
  });
  adapter = await createSandboxAdapterFactory(sandbox, factory.adapterName).connect();
});
afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('scopes are undone from the inside out, each its own work', async () => {
  const file = enter('file', 'a file');
  const block = enter('describe', 'a block');
  await add(1);
  for (const id of [2, 2]) {
    const each = enter('test', 'a test');
    await add(id);
    expect(await count()).toBe(2);
    await sandbox.leave(each);
  }
  expect(await count()).toBe(1);
  await sandbox.leave(block);
  expect(await count()).toBe(0);
  await sandbox.leave(file);
});

test('work of an outer scope does not stand behind the savepoint of an inner one that was left', async () => {
  const file = enter('file', 'a file');
  await add(1);
  await sandbox.leave((await add(2), enter('test', 'first')));
  const second = enter('test', 'second');
  await add(3);
  await sandbox.leave(second);
  await add(4);
  const third = enter('test', 'third');
  await add(5);
  await sandbox.leave(third);
  expect(await count()).toBe(3);
  await sandbox.leave(file);
});

test('a statement that ends the transaction is named, and nothing of the test stays', async () => {
  const file = enter('file', 'a file');
  const first = enter('test', 'first');
  await add(1);
  await expect(adapter.executeRaw(query('INSERT OR ROLLBACK INTO t (id) VALUES (1)'))).rejects.toMatchObject({
    code: 'PRISMA_TEST_SANDBOX_LOST',
    message: expect.stringContaining('INSERT OR ROLLBACK') as string,
  });
  await expect(add(2)).rejects.toMatchObject({ code: 'PRISMA_TEST_SANDBOX_LOST' });
  await expect(sandbox.leave(first)).rejects.toMatchObject({ code: 'PRISMA_TEST_SANDBOX_LOST' });
  const second = enter('test', 'second');
  expect(await count()).toBe(0);
  await sandbox.leave(second);
  await sandbox.leave(file);
});

test('what a beforeAll had written is missed by every test of its block', async () => {
  const block = enter('describe', 'a block');
  await add(1);
  const first = enter('test', 'first');
  await adapter.executeRaw(query('INSERT OR ROLLBACK INTO t (id) VALUES (1)')).catch(() => {});
  await expect(sandbox.leave(first)).rejects.toMatchObject({ code: 'PRISMA_TEST_SANDBOX_LOST' });
  const second = enter('test', 'second');
  await expect(count()).rejects.toMatchObject({ code: 'PRISMA_TEST_SANDBOX_LOST' });
  await sandbox.leave(second);
  await sandbox.leave(block);
  const next = enter('describe', 'another block');
  expect(await count()).toBe(0);
  await sandbox.leave(next);
});

test('deferred constraints are checked where the commit would be', async () => {
  const each = enter('test', 'a test');
  await expect(adapter.executeRaw(query('INSERT INTO t VALUES (1, 7)'))).rejects.toMatchObject({
    cause: { kind: 'ForeignKeyConstraintViolation' },
  });
  const transaction = await adapter.startTransaction();
  await transaction.executeRaw(query('INSERT INTO t VALUES (1, 7)'));
  await expect(transaction.commit()).rejects.toMatchObject({ cause: { kind: 'ForeignKeyConstraintViolation' } });
  const second = await adapter.startTransaction();
  await second.executeRaw(query('INSERT INTO t VALUES (1, 7)'));
  await second.executeRaw(query('INSERT INTO t VALUES (7, NULL)'));
  await second.commit();
  expect(await count()).toBe(2);
  await sandbox.leave(each);
});

test('transactions left open are rolled back and told of; their late statements are refused', async () => {
  const each = enter('test', 'a test');
  const transaction = await runInContext({ scope: each }, () => adapter.startTransaction());
  await transaction.executeRaw(query('INSERT INTO t (id) VALUES (1)'));
  const { transactions } = await sandbox.leave(each);
  expect(transactions).toHaveLength(1);
  await expect(transaction.executeRaw(query('INSERT INTO t (id) VALUES (2)'))).rejects.toMatchObject({
    code: 'PRISMA_TEST_TRANSACTION_GONE',
  });
  await expect(runInContext({ scope: each }, count)).rejects.toMatchObject({ code: 'PRISMA_TEST_LATE_QUERY' });
});

test('control of the transaction is refused, alone or hidden', async () => {
  const each = enter('test', 'a test');
  for (const sql of ['COMMIT', 'SELECT 1; COMMIT', 'SAVEPOINT a', 'ROLLBACK TO jest_prisma_base']) {
    await expect(adapter.executeRaw(query(sql))).rejects.toMatchObject({ code: 'PRISMA_TEST_RAW_TRANSACTION' });
  }
  const transaction = await adapter.startTransaction();
  await transaction.executeRaw(query('SAVEPOINT mine'));
  await transaction.executeRaw(query('ROLLBACK TO mine'));
  await expect(transaction.executeRaw(query('RELEASE jest_prisma_base'))).rejects.toMatchObject({ code: 'PRISMA_TEST_RAW_TRANSACTION' });
  await transaction.commit();
  await sandbox.leave(each);
});

test('nothing is kept of tests that are over', async () => {
  const gc = (globalThis as { gc?: () => void }).gc;
  const references: WeakRef<Scope>[] = [];
  for (let i = 0; i < 50; i++) {
    const each = enter('test', `test ${i}`);
    references.push(new WeakRef(each));
    await runInContext({ scope: each }, () => add(1));
    await sandbox.leave(each);
    sandbox.log.take();
  }
  if (!gc) return;
  await new Promise((resolve) => setTimeout(resolve, 10));
  gc();
  expect(references.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(5);
});
