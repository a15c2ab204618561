import { Prisma } from '../generated/client';
import { prisma as own } from '../src/db';
import { countUsers, signUp, signUpBoth } from '../src/users';

test('the app and the test see the same rows', async () => {
  await signUp('a@b.c');
  expect(await prisma.user.count()).toBe(1);
  await prisma.user.create({ data: { email: 'd@e.f' } });
  expect(await countUsers()).toBe(2);
  expect(await own.user.findMany({ select: { email: true } })).toEqual([{ email: 'a@b.c' }, { email: 'd@e.f' }]);
});

test('and the next test none', async () => {
  expect(await countUsers()).toBe(0);
});

test('a transaction of the app that fails undoes its own work only', async () => {
  await signUp('a@b.c');
  await expect(signUpBoth('b@b.c', 'a@b.c')).rejects.toThrow(Prisma.PrismaClientKnownRequestError);
  expect(await countUsers()).toBe(1);
});

test('what comes from the client is of the test file: errors, dates, arrays', async () => {
  await signUp('a@b.c');
  const error: unknown = await signUp('a@b.c').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'P2002' });
  const [row] = await prisma.$queryRaw<{ now: unknown }[]>`SELECT 'x' AS now`;
  expect(row).toEqual({ now: 'x' });
  expect(await prisma.user.findMany()).toBeInstanceOf(Array);
});
