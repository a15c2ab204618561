/** @prisma-isolation clone */
import { db } from '../src/db';
import { inChild, raw } from '../src/outside';

const alice = { email: 'alice' };

test('what a test commits is seen by others', async () => {
  const user = await db.user.create({ data: { ...alice, posts: { create: { title: 'x' } } } });
  await db.user.update({ where: alice, data: { bossId: user.id } });
  await db.role.update({ where: { name: 'guest' }, data: { name: 'visitor' } });
  await db.role.delete({ where: { name: 'admin' } });
  expect(await raw('SELECT id, email FROM "User"')).toEqual([{ id: 1, email: 'alice' }]);
  expect(inChild('SELECT name FROM "Role"')).toBe('[{"name":"visitor"}]');
});

test('and is not there in the next, whose ids begin anew and whose seeds are back', async () => {
  expect(await db.user.count()).toBe(0);
  expect(await db.role.findMany({ orderBy: { id: 'asc' } })).toEqual([
    { id: 1, name: 'admin' },
    { id: 2, name: 'guest' },
  ]);
  expect(await db.user.create({ data: alice })).toMatchObject({ id: 1 });
  expect(await db.role.create({ data: { name: 'new' } })).toMatchObject({ id: 3 });
});

test('what others write is undone as well', async () => {
  await raw(`INSERT INTO "User" (email) VALUES ('outside')`);
  inChild(`INSERT INTO "User" (email) VALUES ('child')`);
  expect(await db.user.count()).toBe(2);
});

test('transactions run side by side', async () => {
  expect(await db.user.count()).toBe(0);
  let release = (): void => {};
  const other = new Promise<void>((resolve) => (release = resolve));
  await Promise.all([
    db.$transaction(async (tx) => {
      await tx.user.create({ data: { email: 'one' } });
      await other;
    }),
    db.$transaction(async (tx) => {
      await tx.user.create({ data: { email: 'two' } });
      release();
    }),
  ]);
  expect(await db.user.count()).toBe(2);
});

test('DDL and an expected error are no trouble', async () => {
  await db.user.create({ data: alice });
  await expect(db.user.create({ data: alice })).rejects.toMatchObject({ code: 'P2002' });
  expect(await db.user.count()).toBe(1);
});

describe('with a beforeAll', () => {
  beforeAll(async () => {
    await db.user.create({ data: { email: 'of the block' } });
    await db.role.create({ data: { name: 'of the block' } });
  });

  test.each([1, 2])('its rows are there in each test (%i)', async () => {
    expect(await db.user.findMany()).toMatchObject([{ id: 1, email: 'of the block' }]);
    expect(await db.role.count()).toBe(3);
    expect(await db.user.create({ data: alice })).toMatchObject({ id: 2 });
    await db.user.deleteMany();
  });

  describe('and another one inside', () => {
    beforeAll(() => db.user.create({ data: { email: 'of the inner block' } }));
    test.each([1, 2])('both are there (%i)', async () => {
      expect(await db.user.count()).toBe(2);
      await db.user.deleteMany();
    });
  });

  test('the inner one is gone', async () => {
    expect(await db.user.findMany()).toMatchObject([{ email: 'of the block' }]);
  });
});

test('and gone with the block', async () => {
  expect(await db.user.count()).toBe(0);
  expect(await db.role.count()).toBe(2);
});
