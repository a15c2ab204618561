import { db } from '../src/db';
import { raw } from '../src/outside';

test('the file after another finds a clean database', async () => {
  expect(await raw('SELECT * FROM "User"')).toEqual([]);
  expect(await db.user.create({ data: { email: 'a' } })).toMatchObject({ id: 1 });
  expect(await db.role.count()).toBe(2);
});
