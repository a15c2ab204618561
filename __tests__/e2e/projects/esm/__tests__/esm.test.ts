import { jest } from '@jest/globals';
import { Prisma, PrismaClient } from '../generated/client';
import { prisma as own } from '../src/db';

test('this is an ES module', () => expect(import.meta.url).toContain('esm.test.ts'));

test('the app and the test see the same rows', async () => {
  await own.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
  expect(prisma).toBeInstanceOf(Object);
});

test('and the next test none', async () => {
  expect(await own.user.count()).toBe(0);
});

test('errors are of the test file', async () => {
  await prisma.user.create({ data: { email: 'a@b.c' } });
  const error: unknown = await own.user.create({ data: { email: 'a@b.c' } }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Prisma.PrismaClientKnownRequestError);
  expect(await prisma.user.findMany()).toBeInstanceOf(Array);
});

test('after jest.resetModules()', async () => {
  jest.resetModules();
  const { prisma: after } = (await import('../src/db')) as typeof import('../src/db');
  expect(after).not.toBe(own);
  await after.user.create({ data: { email: 'a@b.c' } });
  expect(await own.user.count()).toBe(1);
});

test('a client made by a test', async () => {
  const client = new PrismaClient({ adapter: undefined as never });
  expect(await client.user.count()).toBe(0);
});
