test('a post has an author', async () => {
  await prisma.user.create({ data: { email: 'a@b.c', posts: { create: { title: 'x' } } } });
  expect(await prisma.post.count()).toBe(1);
});

test('and it is gone in the next test', async () => {
  expect(await prisma.post.count()).toBe(0);
  expect((await prisma.user.create({ data: { email: 'a@b.c' } })).id).toBe(1);
});
