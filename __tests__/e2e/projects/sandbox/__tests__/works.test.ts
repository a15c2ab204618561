declare const prisma: any;
declare const prismaTest: any;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let n = 0;
const add = (db: any = prisma) => db.user.create({ data: { email: `u${++n}` } });

test('ids are the same in each test', async () => expect((await add()).id).toBe(1));
test('after failures too', async () => {
  await prisma.user.create({ data: { email: 'a', id: 1 } });
  await expect(prisma.user.create({ data: { email: 'a' } })).rejects.toMatchObject({ code: 'P2002' });
});
test('and in the next one', async () => expect((await add()).id).toBe(1));

describe('rows of beforeAll', () => {
  beforeAll(() => add());
  test('are there', async () => expect((await add()).id).toBe(2));
  test('for each test', async () => expect([(await add()).id, await prisma.user.count()]).toEqual([2, 2]));
  describe('and inside of it', () => {
    beforeAll(() => add());
    test('there are more', async () => expect((await add()).id).toBe(3));
  });
  test('but not after it', async () => expect(await prisma.user.count()).toBe(1));
});

test('a callback that sleeps is no deadlock', async () => {
  const slow = prisma.$transaction(async (tx: any) => {
    await add(tx);
    await sleep(2500);
    await add(tx);
  });
  await Promise.all([slow, prisma.$transaction((tx: any) => add(tx)), add()]);
  expect(await prisma.user.count()).toBe(4);
});

test('waiting for another transaction is not waiting for a connection', async () => {
  const slow = prisma.$transaction(async (tx: any) => {
    await add(tx);
    await sleep(300);
  });
  const waiting = prisma.$transaction((tx: any) => add(tx), { maxWait: 50, timeout: 100 });
  await Promise.all([slow, waiting]);
  expect(await prisma.user.count()).toBe(2);
});
test('its own slowness is', async () => {
  const slow = prisma.$transaction(
    async (tx: any) => {
      await add(tx);
      await sleep(200);
      await add(tx);
    },
    { timeout: 100 },
  );
  await expect(slow).rejects.toMatchObject({ code: 'P2028' });
  expect(await prisma.user.count()).toBe(0);
});

test('a true one names both places', async () => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const first = prisma.$transaction(async (tx: any) => {
    await add(tx);
    await gate;
  });
  const second = prisma.$transaction(async (tx: any) => add(tx));
  const error = await second.catch((failure: Error) => failure);
  open();
  await first;
  expect(error.code).toBe('PRISMA_TEST_DEADLOCK');
  expect(error.message).toMatch(/waiting +prisma\.\$transaction\(\) at __tests__.works\.test\.ts:\d+/);
  expect(error.message).toMatch(/holder +prisma\.\$transaction\(\) at __tests__.works\.test\.ts:\d+/);
});

test('what a rollback takes along although it came from outside is known', async () => {
  const transaction = prisma.$transaction(async (tx: any) => {
    await add(tx);
    await add();
    await prisma.$transaction((inner: any) => add(inner));
    await prisma.user.count();
    throw new Error('undone');
  });
  await expect(transaction).rejects.toThrow('undone');
  expect(await prisma.user.count()).toBe(0);
  const lost = {
    database: 'default',
    sql: expect.stringMatching(/^INSERT/),
    call: expect.stringMatching(/^prisma\.user\.create\(\) at __tests__.works\.test\.ts:\d+:\d+$/),
    transaction: expect.stringMatching(/^prisma\.\$transaction\(\) at __tests__.works\.test\.ts:\d+:\d+$/),
  };
  expect(prismaTest.lostWrites).toEqual([lost, lost]);
});
test('what a nested rollback did not touch is not lost', async () => {
  await prisma.$transaction(async (tx: any) => {
    await tx.$transaction(() => add());
    await tx
      .$transaction(async () => {
        throw new Error('undone');
      })
      .catch(() => {});
    await prisma.user.deleteMany({ where: { email: 'nobody' } });
  });
  expect([await prisma.user.count(), prismaTest.lostWrites]).toEqual([1, []]);
});
test('a rollback by hand loses, too', async () => {
  await prisma.$transaction(async (tx: any) => {
    await tx.$executeRawUnsafe('SAVEPOINT a');
    await add();
    await tx.$executeRawUnsafe('ROLLBACK TO a');
  });
  expect([await prisma.user.count(), prismaTest.lostWrites.length]).toEqual([0, 1]);
});
describe('what no rollback takes back', () => {
  test('is set', async () => {
    await prisma.$executeRawUnsafe('PRAGMA defer_foreign_keys = ON');
    await prisma.$executeRawUnsafe('PRAGMA recursive_triggers = ON');
    await prisma.$executeRawUnsafe("ATTACH ':memory:' AS oth");
    await prisma.$executeRawUnsafe('PRAGMA query_only = ON');
  });
  test('and gone with its test', async () => {
    expect((await add()).id).toBe(1);
    const names = (await prisma.$queryRawUnsafe('PRAGMA database_list')).map((each: any) => each.name);
    const [triggers, deferred] = [
      await prisma.$queryRawUnsafe('PRAGMA recursive_triggers'),
      await prisma.$queryRawUnsafe('PRAGMA defer_foreign_keys'),
    ];
    expect([names, Number(triggers[0].recursive_triggers), Number(deferred[0].defer_foreign_keys)]).toEqual([['main'], 0, 0]);
  });
  test('a transaction that is rolled back takes it along', async () => {
    const failing = prisma.$transaction(async (tx: any) => {
      await tx.$executeRawUnsafe('PRAGMA defer_foreign_keys = ON');
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    const [row] = await prisma.$queryRawUnsafe('PRAGMA defer_foreign_keys');
    expect(Number(row.defer_foreign_keys)).toBe(0);
  });
});
test('and of one that commits nothing is lost', async () => {
  await prisma.$transaction(() => add());
  expect([await prisma.user.count(), prismaTest.lostWrites]).toEqual([1, []]);
});

test.each(['BEGIN', 'commit', '/* a */ ROLLBACK', 'SELECT 1; COMMIT', 'SAVEPOINT a'])('raw control is refused: %s', async (sql) => {
  await add();
  await expect(prisma.$executeRawUnsafe(sql)).rejects.toMatchObject({ code: 'PRISMA_TEST_RAW_TRANSACTION' });
  expect(await prisma.user.count()).toBe(1);
});

for (const legacyFakeTimers of [false, true]) {
  test(`fake timers never hang a query (legacy: ${legacyFakeTimers})`, async () => {
    jest.useFakeTimers({ legacyFakeTimers } as never);
    if (!legacyFakeTimers) jest.setSystemTime(new Date('2020-01-02T03:04:05.678Z'));
    const user = await add();
    if (!legacyFakeTimers) expect([user.createdAt, user.updatedAt]).toEqual([new Date(), new Date()]);
    expect(await prisma.user.findUnique({ where: { id: user.id } })).not.toBeNull();
    await Promise.all([prisma.$transaction((tx: any) => add(tx)), prisma.$transaction((tx: any) => add(tx))]);
    expect(await prisma.user.count()).toBe(3);
    jest.useRealTimers();
  });
}
test('timers that advance by themselves', async () => {
  jest.useFakeTimers({ advanceTimers: true });
  await prisma.$transaction((tx: any) => add(tx));
  jest.useRealTimers();
});

test.concurrent('concurrent tests run alone', async () => {
  await add();
  await sleep(10);
  expect(await prisma.user.count()).toBe(1);
});
test.concurrent('each of them', async () => {
  await add();
  expect(await prisma.user.count()).toBe(1);
});
test.failing('a test that is to fail', async () => {
  await add();
  expect(await prisma.user.count()).toBe(7);
});
test('a done callback', (done: (error?: unknown) => void) => void add().then(() => done(), done));

let attempts = 0;
describe('a retry', () => {
  jest.retryTimes(2);
  test('starts clean', async () => {
    await add();
    expect(await prisma.user.count()).toBe(1);
    expect(++attempts).toBe(3);
  });
});
