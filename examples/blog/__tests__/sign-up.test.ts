import { signUp } from '../src/blog';
import { Prisma } from '../src/generated/client';

let accountId: number;
beforeAll(async () => {
  // Seen by every test of this file, gone after it.
  ({ id: accountId } = await prisma.account.create({ data: {} }));
});

test('an author signs up with an account of the billing service', async () => {
  const author = await signUp('Ada@Example.com', accountId);
  expect(author).toMatchObject({ id: 1, email: 'ada@example.com' });
});

test('the author of the test before is gone, and ids begin anew', async () => {
  expect(await prisma.author.count()).toBe(0);
  expect((await signUp('bob@example.com', accountId)).id).toBe(1);
});

test('an address signs up once', async () => {
  await signUp('ada@example.com', accountId);
  await expect(signUp('ADA@example.com', accountId)).rejects.toThrow(Prisma.PrismaClientKnownRequestError);
  expect(await prisma.author.count()).toBe(1);
});

test('there is no author without an account', async () => {
  await expect(signUp('eve@example.com', accountId + 1)).rejects.toMatchObject({ code: 'P2003' });
});
