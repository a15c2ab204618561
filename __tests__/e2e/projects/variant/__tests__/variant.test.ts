const signUp = (plan: string) => prisma.user.create({ data: { email: `${plan}@b.c`, account: { create: { plan } } } });

test('an external table is there, with its foreign key', async () => {
  await signUp('free');
  expect(await prisma.account.count()).toBe(1);
  await expect(prisma.user.create({ data: { email: 'x', accountId: 999 } })).rejects.toMatchObject({ code: 'P2003' });
});

test('a view with a definition is that view', async () => {
  await signUp('free');
  await signUp('paid');
  expect(await prisma.paidUser.findMany({ select: { email: true } })).toEqual([{ email: 'paid@b.c' }]);
  expect(await prisma.$queryRaw`SELECT type FROM sqlite_master WHERE name = 'PaidUser'`).toEqual([{ type: 'view' }]);
});

test('a view without one is a table that tests may fill', async () => {
  await prisma.$executeRaw`INSERT INTO "Report" (id, total) VALUES (1, 7)`;
  expect(await prisma.report.findMany()).toEqual([{ id: 1, total: 7 }]);
});
