/* The whole schema is there: what Prisma manages, what it treats as external, views, and models it ignores. */

test('an external table exists, with foreign keys to it', async () => {
  const account = await prisma.account.create({ data: { plan: 'paid' } });
  await prisma.user.create({ data: { email: 'a@b.c', accountId: account.id } });
  await expect(prisma.user.create({ data: { email: 'd@e.f', accountId: account.id + 1 } })).rejects.toMatchObject({ code: 'P2003' });
  await prisma.account.delete({ where: { id: account.id } });
  expect(await prisma.user.findFirst()).toMatchObject({ email: 'a@b.c', accountId: null });
});

test('a view shows what its definition says', async () => {
  const posts = { create: [{ title: 'seen', published: true }, { title: 'unseen' }] };
  await prisma.user.create({ data: { email: 'a@b.c', posts } });
  expect(await prisma.publishedPost.findMany()).toMatchObject([{ title: 'seen', email: 'a@b.c' }]);
});

test('an ignored model has its table', async () => {
  await prisma.$executeRaw`INSERT INTO "LegacyNote" ("id", "text") VALUES (1, 'x')`;
  expect(await prisma.$queryRaw`SELECT count(*) AS n FROM "LegacyNote"`).toEqual([{ n: 1n }]);
});

test('many-to-many tables are there', async () => {
  const author = { create: { email: 'a@b.c' } };
  await prisma.post.create({ data: { title: 'x', author, tags: { create: [{ name: 'one' }, { name: 'two' }] } } });
  expect(await prisma.tag.count({ where: { posts: { some: { title: 'x' } } } })).toBe(2);
});

test('nothing of the tests before is left, and ids begin anew', async () => {
  expect(await Promise.all([prisma.account.count(), prisma.user.count(), prisma.post.count(), prisma.tag.count()])).toEqual([0, 0, 0, 0]);
  expect((await prisma.user.create({ data: { email: 'a@b.c' } })).id).toBe(1);
});
