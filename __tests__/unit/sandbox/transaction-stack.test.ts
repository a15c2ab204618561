import { runInContext, type CallContext, type TransactionLabel } from '../../../src/sandbox/call-context';
import { createTransactionStack } from '../../../src/sandbox/transaction-stack';

const at = (place: string, parent?: TransactionLabel): TransactionLabel => ({ parent, site: { location: () => place }, claimed: true });
const by = (label?: TransactionLabel): CallContext => ({ scope: undefined, label, operation: undefined });
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('strangers wait, in order, until the open transaction ends; what comes from inside of it does not', async () => {
  const stack = createTransactionStack();
  const label = at('a.ts:1:1');
  const frame = await stack.reserve(by(), label, 'opening');
  frame.state = 'open';
  const order: string[] = [];
  const note = (name: string) => async () => void order.push(name);
  const strangers = [stack.run(undefined, by(), note('first')), stack.run(undefined, by(), note('second'))];
  await stack.run(undefined, by(label), note('from inside'));
  await stack.run(frame, by(), note('its own'));
  stack.remove(frame);
  await Promise.all(strangers);
  expect(order).toEqual(['from inside', 'its own', 'first', 'second']);
});

test('a turn that has not begun is in nobody’s way but another turn’s', async () => {
  const stack = createTransactionStack();
  const frame = await stack.reserve(by(), at('a.ts:1:1'), 'reserved');
  await expect(stack.run(undefined, by(), async () => 'runs')).resolves.toBe('runs');
  const second = stack.reserve(by(), at('b.ts:1:1'), 'reserved');
  await expect(Promise.race([second, sleep(20).then(() => 'waits')])).resolves.toBe('waits');
  stack.remove(frame);
  stack.remove(await second);
});

test('a deadlock names both places; a callback that waits for its own timer is not one', async () => {
  const stack = createTransactionStack();
  const label = at('holder.ts:1:1');
  const frame = await stack.reserve(by(), label, 'opening');
  frame.state = 'open';
  await runInContext(by(label), () => sleep(0));
  const own = runInContext(by(label), () => sleep(2500));
  const waiter = stack.run(
    undefined,
    { ...by(), operation: { name: 'user.create', site: { location: () => 'waiter.ts:2:2' }, scope: undefined } },
    async () => 1,
  );
  const failure = waiter.catch((error: Error) => error);
  await expect(Promise.race([failure, own.then(() => 'still waiting')])).resolves.toBe('still waiting');
  const error = (await failure) as Error & { code: string };
  expect(error.code).toBe('PRISMA_TEST_DEADLOCK');
  expect(error.message).toMatch(
    /waiting\s+prisma\.user\.create\(\) at waiter\.ts:2:2\n\s+holder\s+prisma\.\$transaction\(\) at holder\.ts:1:1/,
  );
  stack.remove(frame);
}, 10_000);

test('a statement that never ends can be given up', async () => {
  const stack = createTransactionStack();
  void stack.run(undefined, by(), () => new Promise(() => {}));
  expect(stack.running).toBe(true);
  stack.abandon();
  await expect(stack.run(undefined, by(), async () => 'next')).resolves.toBe('next');
});
