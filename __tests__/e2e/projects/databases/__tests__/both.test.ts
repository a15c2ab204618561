import { admin, service } from '../src/db';

const { default: first, service: second } = prismaTest.databases as unknown as {
  default: { client: typeof admin };
  service: { client: typeof service; url: string };
};

describe('rows that a block made in both', () => {
  let operatorId: number;
  beforeAll(async () => {
    ({ id: operatorId } = await admin.operator.create({ data: { email: 'a@b.c' } }));
    await service.customer.create({ data: { email: 'c@d.e', refunds: { create: { amount: 5 } } } });
  });

  test('are there, whichever client asks', async () => {
    expect(first.client).toBe(prisma);
    expect([await admin.operator.count(), await first.client.operator.count()]).toEqual([1, 1]);
    expect([await service.refund.count(), await second.client.refund.count()]).toEqual([1, 1]);
  });

  test('can be changed in both, without a key from one to the other', async () => {
    await service.refund.update({ where: { id: 1 }, data: { approvedById: operatorId + 1000 } });
    await admin.note.create({ data: { text: 'approved', operatorId } });
    expect(await second.client.refund.findMany()).toMatchObject([{ approvedById: operatorId + 1000 }]);
  });

  test('are as they were in the next test', async () => {
    expect(await service.refund.findMany()).toMatchObject([{ approvedById: null }]);
    expect(await admin.note.count()).toBe(0);
  });

  test('a transaction that fails in one undoes nothing in the other', async () => {
    await service.customer.create({ data: { email: 'before@d.e' } });
    const failing = admin.$transaction(async (tx) => {
      await tx.note.create({ data: { text: 'x', operatorId } });
      await service.customer.create({ data: { email: 'inside@d.e' } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await admin.note.count()).toBe(0);
    expect(await service.customer.count()).toBe(3);
  });

  test('an expected error of one leaves both usable', async () => {
    await expect(service.customer.create({ data: { email: 'c@d.e' } })).rejects.toMatchObject({ code: 'P2002' });
    await expect(admin.operator.create({ data: { email: 'a@b.c' } })).rejects.toMatchObject({ code: 'P2002' });
    expect([await admin.operator.count(), await service.customer.count()]).toEqual([1, 1]);
  });
});

test('outside of it both are empty, and ids begin anew in both', async () => {
  expect([await admin.operator.count(), await service.customer.count()]).toEqual([0, 0]);
  expect(await admin.operator.create({ data: { email: 'a@b.c' } })).toMatchObject({ id: 1 });
  expect(await service.customer.create({ data: { email: 'a@b.c' } })).toMatchObject({ id: 1 });
});

test('their variables lead to the worker databases', () => {
  expect(process.env['ADMIN_URL']).toBe(prismaTest.url);
  expect(process.env['SERVICE_URL']).toBe(second.url);
  expect(second.url).not.toBe(prismaTest.url);
});
