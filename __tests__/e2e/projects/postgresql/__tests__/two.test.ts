import { meet } from '../meet';

test('two: rows are its own', async () => {
  await prisma.user.create({ data: { email: 'a@b.c', posts: { create: { title: 'two' } } } });
  await meet('two', prismaTest.url);
  expect(await prisma.post.findMany({ include: { author: true } })).toMatchObject([{ id: 1, title: 'two', author: { id: 1 } }]);
});

test('two: and gone in the next test', async () => {
  expect([await prisma.user.count(), await prisma.post.count()]).toEqual([0, 0]);
});
