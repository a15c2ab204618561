import { Prisma } from '../generated/client';
import { db } from '../src/db';

declare const prisma: typeof db;
const alice = { email: 'alice@example.com' };

test('a row is there', async () => {
  const user = await db.user.create({ data: { ...alice, posts: { create: { title: 'one' } } }, include: { posts: true } });
  expect(user).toMatchObject({ id: 1, posts: [{ id: 1 }] });
});

test('and gone in the next test, and ids begin anew', async () => {
  expect(await prisma.user.count()).toBe(0);
  expect(await db.user.create({ data: alice })).toMatchObject({ id: 1 });
});

test('values read as they do in production', async () => {
  const born = new Date('2020-02-03T04:05:06.789Z');
  await db.user.create({
    data: { ...alice, born, balance: '12345678901234.56', big: 9007199254740993n, data: Buffer.from('x'), extra: { a: [1] } },
  });
  const user = await db.user.findUniqueOrThrow({ where: alice });
  expect(user.born).toEqual(born);
  expect(user.balance).toEqual(new Prisma.Decimal('12345678901234.56'));
  expect(user.big).toBe(9007199254740993n);
  expect(Buffer.from(user.data ?? [])).toEqual(Buffer.from('x'));
  expect(user.extra).toEqual({ a: [1] });
});

test('an expected error does not poison the test', async () => {
  await db.user.create({ data: alice });
  await expect(db.user.create({ data: alice })).rejects.toMatchObject({ code: 'P2002' });
  await expect(db.post.create({ data: { title: 'x', authorId: 99 } })).rejects.toMatchObject({ code: 'P2003' });
  expect(await db.user.count()).toBe(1);
});

test('transactions commit, roll back, nest and upsert', async () => {
  await db.$transaction([db.user.create({ data: alice }), db.user.create({ data: { email: 'b' } })]);
  await expect(
    db.$transaction(async (tx) => {
      await tx.user.create({ data: { email: 'c' } });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await db.$transaction(async (tx) => {
    await tx.user.create({ data: { email: 'd' } });
    await expect(
      tx.$transaction(async (inner) => {
        await inner.user.create({ data: { email: 'e' } });
        throw new Error('inner');
      }),
    ).rejects.toThrow('inner');
  });
  await Promise.all(['f', 'g'].map((email) => db.$transaction((tx) => tx.user.create({ data: { email } }))));
  await db.user.upsert({ where: alice, create: alice, update: { big: 7n } });
  const users = await db.user.findMany({ orderBy: { email: 'asc' } });
  expect(users.map(({ email }) => email)).toEqual(['alice@example.com', 'b', 'd', 'f', 'g']);
  expect(users[0]?.big).toBe(7n);
});

test('levels of isolation are taken', async () => {
  const work = db.$transaction((tx) => tx.user.count(), { isolationLevel: Prisma.TransactionIsolationLevel.Serializable });
  await expect(work).resolves.toBe(0);
});

test('DDL is refused with its statement', async () => {
  await db.user.create({ data: alice });
  await expect(db.$executeRawUnsafe('CREATE TABLE scratch (id INT)')).rejects.toThrow(
    /CREATE TABLE scratch[\s\S]*PRISMA_TEST_IMPLICIT_COMMIT/,
  );
  await expect(db.$executeRawUnsafe('TRUNCATE TABLE Post')).rejects.toThrow('PRISMA_TEST_IMPLICIT_COMMIT');
  await db.$executeRawUnsafe('CREATE TEMPORARY TABLE scratch_tmp (id INT)');
  expect(await db.user.count()).toBe(1);
});

test('and nothing of it stayed', async () => {
  expect(await db.user.count()).toBe(0);
});

describe('rows of a beforeAll', () => {
  beforeAll(() => db.user.create({ data: alice }));
  test.each([1, 2])('live for their block (%i)', async () => {
    expect(await db.user.count()).toBe(1);
    await db.user.deleteMany();
  });
});

test('and not longer', async () => {
  expect(await db.user.create({ data: alice })).toMatchObject({ id: 1 });
  expect(await db.user.count()).toBe(1);
});
