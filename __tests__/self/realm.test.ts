import { Prisma, PrismaClient } from '../../generated/sqlite/client';

/* The client is made in the test's realm: what it returns and throws is what the test knows by these names. */

test('values are instances of what the test knows', async () => {
  const user = await prisma.user.create({ data: { email: 'a@b.c' } });
  const data = { title: 'x', authorId: user.id, rating: '4.50', views: 2n ** 60n, meta: { a: [1] }, cover: new Uint8Array([1, 2]) };
  const post = await prisma.post.create({ data });
  expect(user.createdAt).toBeInstanceOf(Date);
  expect(post.rating).toBeInstanceOf(Prisma.Decimal);
  expect(post.rating).toEqual(new Prisma.Decimal('4.5'));
  expect(post).toMatchObject({ views: 2n ** 60n, meta: { a: [1] }, cover: new Uint8Array([1, 2]) });
});

test('errors are, too', async () => {
  const error: unknown = await prisma.user.findUniqueOrThrow({ where: { id: 1 } }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Prisma.PrismaClientKnownRequestError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'P2025' });
});

test('a client that a test makes joins, whatever URL it was given', async () => {
  const { PrismaLibSql } = await import('@prisma/adapter-libsql');
  const client = new PrismaClient({ adapter: new PrismaLibSql({ url: 'libsql://production.example.com' }) });
  await client.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
  await client.$disconnect();
  expect(await prisma.user.count()).toBe(1);
});
