import { given } from 'jest-environment-prisma/fixtures';
import { Prisma } from '../generated/client';
import { plan } from '../test/fixtures';

const data = given({ plan });

test('a worker has it once, and every file in its own realm', async () => {
  const { owner, credit, limits, since, key } = data.plan;
  expect(await prisma.user.findMany()).toEqual([owner]);
  expect(owner.id).toBe(1);
  expect(owner.credit).toBeInstanceOf(Prisma.Decimal);
  expect(credit).toBeInstanceOf(Prisma.Decimal);
  expect(credit.equals('1.5')).toBe(true);
  expect(since).toBeInstanceOf(Date);
  expect(limits).toEqual(new Map([['posts', 3n]]));
  expect(key).toEqual(new Uint8Array([1, 2]));
  expect('nothing' in data.plan).toBe(true);
  await prisma.user.update({ where: { id: owner.id }, data: { email: 'other@plan' } });
});

test('and it stays honest', async () => {
  expect(await prisma.user.findMany()).toEqual([data.plan.owner]);
  expect(data.plan.owner.email).toBe('owner@plan');
});
