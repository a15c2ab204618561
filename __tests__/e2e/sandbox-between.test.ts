import { expectPassed } from './expect-run';
import { runJest } from './run-jest';

jest.setTimeout(120_000);

/** An environment of the user's, derived from ours, that calls into the test file between its tests, as a timer would. */
const environment = `const { TestEnvironment } = require('jest-environment-prisma');
module.exports = class Mine extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.mine = true;
  }
  async handleTestEvent(event, state) {
    if (event.name === 'test_start') await this.global.between?.();
    await super.handleTestEvent(event, state);
  }
};\n`;
const config = `module.exports = { testEnvironment: './environment.js', transform: { '\\\\.ts$': '@swc/jest' } };\n`;
const only = (text: string): Record<string, string | null> => ({
  'environment.js': environment,
  'jest.config.js': config,
  '__tests__/works.test.ts': null,
  '__tests__/fails.test.ts': null,
  '__tests__/between.test.ts': text,
});

test('between two tests nobody may write, and who does is told where from', async () => {
  const text = `declare const prisma: any;
const caught: any[] = [];
let reads = 0;
const add = (email: string) => prisma.user.create({ data: { email } });
/** What a poller does that was started with the app: it is nobody's. */
(globalThis as any).between = async () => {
  await prisma.user.count().then(() => reads++);
  await add('stray').catch((error: unknown) => caught.push(error));
  await prisma.$transaction((tx: any) => tx.user.count()).catch((error: unknown) => caught.push(error));
};
const early = add('while the file is loaded');

beforeAll(() => early);
test('an environment may be derived from ours', () => expect((globalThis as any).mine).toBe(true));
describe('a block', () => {
  beforeAll(() => add('of the block'));
  test('first', async () => { await add('of a test'); });
  test('second', async () => {
    expect((await prisma.user.findMany({ orderBy: { id: 'asc' } })).map((user: any) => user.email)).toEqual([
      'while the file is loaded', 'of the block',
    ]);
    expect((await add('x')).id).toBe(3);
  });
  test('each is told', () => {
    expect(reads).toBe(4);
    expect(caught.map(({ code }) => code)).toEqual(Array(8).fill('PRISMA_TEST_STRAY_QUERY'));
    expect(caught[2].message).toMatch(/query +prisma\\.user\\.create\\(\\) at __tests__.between\\.test\\.ts:4:\\d+/);
    expect(caught[4].message).toContain('tests of a block');
    expect(caught[3].message).toMatch(/prisma\\.\\$transaction\\(\\) at __tests__.between\\.test\\.ts:9:\\d+/);
  });
});\n`;
  expectPassed(await runJest('sandbox', ['-i'], { files: only(text) }), 4);
});

test('a derived environment that keeps events to itself does not lose the isolation', async () => {
  const text = `declare const prisma: any;
beforeAll(() => prisma.user.create({ data: { email: 'of the file' } }));
test.each([1, 2])('test %i', async () => {
  expect((await prisma.user.create({ data: { email: 'x' } })).id).toBe(2);
  expect((globalThis as any).events).toContain('test_fn_start');
});\n`;
  const silent = environment.replace(
    '    await super.handleTestEvent(event, state);\n',
    '    (this.global.events ??= []).push(event.name);\n',
  );
  expect(silent).not.toBe(environment);
  expectPassed(await runJest('sandbox', ['-i'], { files: { ...only(text), 'environment.js': silent } }), 2);
});

test('a transaction of an outer scope that goes on into a test is none of the test’s', async () => {
  const text = `declare const prisma: any;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let done: Promise<unknown>;
beforeAll(async () => {
  let begun!: () => void;
  const gate = new Promise<void>((resolve) => (begun = resolve));
  done = prisma.$transaction(async (tx: any) => {
    await tx.user.create({ data: { email: 'begun before' } });
    begun();
    await sleep(50);
    await tx.user.create({ data: { email: 'and ended in it' } });
  });
  await gate;
});
test('it waits, and has what was committed', async () => {
  await prisma.user.create({ data: { email: 'own' } });
  await done;
  expect(await prisma.user.count()).toBe(3);
});
test('so has the next one', async () => expect(await prisma.user.count()).toBe(2));\n`;
  expectPassed(await runJest('sandbox', ['-i'], { files: only(text) }), 2);
});
