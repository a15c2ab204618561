/** @prisma-isolation none */
import { db } from '../src/db';
import { raw } from '../src/outside';

test('nothing is undone', async () => {
  expect(await db.user.count()).toBe(0);
  await db.user.create({ data: { email: 'stays' } });
  expect(await raw('SELECT email FROM "User"')).toEqual([{ email: 'stays' }]);
});

test('as this one sees', async () => {
  expect(await db.user.count()).toBe(1);
});
