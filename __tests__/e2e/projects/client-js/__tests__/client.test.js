const { PrismaLibSql } = require('@prisma/adapter-libsql');
const { Prisma, PrismaClient } = require('../generated/client');

test('the global client is one of the generated class', async () => {
  await prisma.user.create({ data: { email: 'a@b.c', balance: '0.1' } });
  const user = await prisma.user.findUniqueOrThrow({ where: { email: 'a@b.c' } });
  expect(user.balance).toBeInstanceOf(Prisma.Decimal);
  expect(user.balance).toEqual(new Prisma.Decimal('0.10'));
  expect(user.created).toBeInstanceOf(Date);
});

test('a client with a URL of its own joins through its own copy of the runtime', async () => {
  const client = new PrismaClient({ adapter: new PrismaLibSql({ url: 'file:./production.db' }) });
  await client.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
  const error = await client.user.create({ data: { email: 'a@b.c' } }).catch((caught) => caught);
  expect(error).toBeInstanceOf(Prisma.PrismaClientKnownRequestError);
  expect(error).toBeInstanceOf(Error);
});

test('nothing of it is left', async () => {
  expect(await prisma.user.count()).toBe(0);
});
