import { meet } from '../meet';

test('three writes the same unique key at the same time', async () => {
  await meet('start');
  await prisma.user.create({ data: { email: 'a@b.c' } });
  await meet('written');
  expect(await prisma.user.findMany({ select: { id: true, email: true } })).toEqual([{ id: 1, email: 'a@b.c' }]);
  await meet('read');
});

test('three begins anew', async () => {
  expect(await prisma.user.count()).toBe(0);
});
