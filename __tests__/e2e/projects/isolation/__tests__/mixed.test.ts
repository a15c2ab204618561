import { db } from '../src/db';
import { raw } from '../src/outside';

declare const prismaTest: { isolate(mode: string): void };

test('the file is in a transaction', async () => {
  await db.user.create({ data: { email: 'a' } });
  expect(await raw('SELECT * FROM "User"')).toEqual([]);
});

describe.each(['clone', 'truncate', 'none'])('a block of its own isolation: %s', (mode) => {
  prismaTest.isolate(mode);
  test('is seen by others', async () => {
    expect(await db.user.count()).toBe(0);
    await db.user.create({ data: { email: 'a' } });
    expect(await raw('SELECT email FROM "User"')).toEqual([{ email: 'a' }]);
  });
});

test('the file is in a transaction again, and finds nothing', async () => {
  expect(await db.user.count()).toBe(0);
  expect(await db.user.create({ data: { email: 'a' } })).toMatchObject({ id: 1 });
  expect(await raw('SELECT * FROM "User"')).toEqual([]);
});

test('isolate() belongs into a block', () => {
  expect(() => prismaTest.isolate('clone')).toThrow('PRISMA_TEST_ISOLATE_OUTSIDE');
});
