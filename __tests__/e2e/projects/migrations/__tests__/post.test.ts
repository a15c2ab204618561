test('the schema is there, with the rows and the checks that only migrations make', async () => {
  expect(await prisma.account.findMany()).toEqual([{ id: 1, plan: 'free' }]);
  await prisma.post.create({ data: { title: 'One', slug: 'one', accountId: 1 } });
  await expect(prisma.post.create({ data: { title: 'x', slug: 'x', accountId: 1 } })).rejects.toThrow(/constraint/i);
  await expect(prisma.post.create({ data: { title: 'Two', slug: 'one', accountId: 1 } })).rejects.toMatchObject({ code: 'P2002' });
  await expect(prisma.post.create({ data: { title: 'Two', slug: 'two', accountId: 2 } })).rejects.toMatchObject({ code: 'P2003' });
});

test('the next test has them anew', async () => {
  expect(await prisma.post.count()).toBe(0);
  expect(await prisma.account.count()).toBe(1);
});

test('which migrations were applied is known', async () => {
  const names = await prisma.$queryRawUnsafe('SELECT migration_name FROM _prisma_migrations ORDER BY 1');
  expect(names).toEqual([{ migration_name: '20260101000000_init' }, { migration_name: '20260102000000_slug' }]);
});
