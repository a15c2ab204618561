declare const prisma: any;
let n = 0;
const add = (db: any = prisma) => db.user.create({ data: { email: `u${++n}` } });
const clean = (name: string) => test(`clean after ${name}`, async () => expect(await prisma.user.count()).toBe(0));
beforeAll(async () => void (await prisma.user.findMany({ where: { email: 'in beforeAll' } })));
beforeEach(async () => void (await prisma.user.findMany({ where: { email: 'in beforeEach' } })));

test('unawaited', async () => void add().then(() => {}));
clean('unawaited');
test('left open', async () => {
  let begun!: () => void;
  const isOpen = new Promise<void>((resolve) => (begun = resolve));
  void prisma
    .$transaction(async (tx: any) => {
      await add(tx);
      begun();
      await new Promise(() => {});
    })
    .catch(() => {});
  await isOpen;
});
clean('left open');
test('timed out', async () => {
  await prisma.$transaction(async (tx: any) => {
    await add(tx);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await add(tx);
  });
}, 200);
clean('timed out');
let late: Promise<any>;
test('starts a timer', () => void setTimeout(() => (late = add().catch((error: Error) => error)), 20));
test('refuses what is late', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await late).code).toBe('PRISMA_TEST_LATE_QUERY');
});
test('ends its transaction', async () => {
  await add();
  await prisma.$executeRawUnsafe("INSERT OR ROLLBACK INTO User (id, email, updatedAt) VALUES (1, 'x', 0)").catch(() => {});
});
clean('its transaction ended');
describe('hooks', () => {
  beforeEach(async () => {
    await add();
    throw new Error('in a hook');
  });
  test('that throw', () => {});
});
clean('hooks that throw');
test('loses a write', async () => {
  await prisma
    .$transaction(async () => {
      await add();
      throw new Error('undone');
    })
    .catch(() => {});
  throw new Error('expected');
});
test('shows its SQL', async () => {
  await add();
  throw new Error('expected');
});
