/* Two databases side by side are rolled back together. */

const { audit } = prismaTest.databases;

describe('with an event of the block', () => {
  beforeAll(async () => {
    await audit.client.event.create({ data: { kind: 'block' } });
  });

  test.each([1, 2])('each has its own client and its own rows (%i)', async () => {
    const user = await prisma.user.create({ data: { email: 'a@b.c' } });
    await audit.client.event.create({ data: { kind: 'sign-up', userId: user.id } });
    expect(await prisma.user.count()).toBe(1);
    expect((await audit.client.event.findMany()).map(({ kind }) => kind)).toEqual(['block', 'sign-up']);
  });
});

test('both are empty again', async () => {
  expect(await prisma.user.count()).toBe(0);
  expect(await audit.client.event.count()).toBe(0);
  expect(audit.url).not.toBe(prismaTest.url);
});
