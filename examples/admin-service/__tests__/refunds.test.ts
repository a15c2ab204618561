import { service } from '../src/db';
import { AlreadyApproved, approve, LimitExceeded, openRefunds } from '../src/refunds';

/** The shop's tables are external to Prisma; in tests they are there like our own. */
const shop = prismaTest.databases.service.client;

let operatorId: number;
beforeAll(async () => {
  ({ id: operatorId } = await prisma.operator.create({ data: { email: 'ada@example.com', refundLimit: 50 } }));
  await shop.customer.create({
    data: { email: 'eve@example.com', refunds: { create: [{ amount: 20 }, { amount: 30 }, { amount: 80 }] } },
  });
});

test('refunds of the shop wait for approval', async () => {
  expect(await openRefunds()).toMatchObject([20, 30, 80].map((amount) => ({ amount, customer: { email: 'eve@example.com' } })));
});

test('an approval is written to both databases', async () => {
  await approve(operatorId, 1);
  // No row of that id is in the shop's database: the key to the operators' table leads out of it.
  expect(await shop.refund.findUnique({ where: { id: 1 } })).toMatchObject({ approvedById: operatorId });
  expect(await prisma.entry.findMany()).toMatchObject([{ operatorId, what: 'approved refund 1' }]);
});

test('and is gone from both in the next test', async () => {
  expect(await openRefunds()).toHaveLength(3);
  expect(await prisma.entry.count()).toBe(0);
});

test('an operator has a limit, and what was refused leaves no trace in either', async () => {
  await expect(approve(operatorId, 3)).rejects.toThrow(new LimitExceeded(50));
  expect(await openRefunds()).toHaveLength(3);
  expect(await prisma.entry.count()).toBe(0);
});

test('two operators at the same moment: one approves', async () => {
  const other = await prisma.operator.create({ data: { email: 'bob@example.com' } });
  const results = await Promise.allSettled([approve(operatorId, 2), approve(other.id, 2)]);
  expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: expect.any(AlreadyApproved) }]);
  expect(await prisma.entry.count()).toBe(1);
});

test(`the app's own client of the shop is in the same sandbox`, async () => {
  await service.customer.create({ data: { email: 'new@example.com' } });
  expect(await shop.customer.count()).toBe(2);
});
