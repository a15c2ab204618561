import { meet } from '../meet';

test('one: rows are its own', async () => {
  await prisma.user.create({ data: { email: 'a@b.c', posts: { create: { title: 'one' } } } });
  await meet('one', prismaTest.url);
  expect(await prisma.post.findMany({ include: { author: true } })).toMatchObject([{ id: 1, title: 'one', author: { id: 1 } }]);
});

test('one: and gone in the next test', async () => {
  expect([await prisma.user.count(), await prisma.post.count()]).toEqual([0, 0]);
});
