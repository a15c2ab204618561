import { failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, type JestRun } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeAll(() => (project = openProject('fixtures-blog')));
afterAll(() => project.remove());

const imports = `
  import { fixture, given, override, expectQueries } from 'jest-environment-prisma/fixtures';
  import { author, post, team, role, plan } from '../test/fixtures';
`;

/** Runs one file with some text in it. */
async function run(text: string, docblock = ''): Promise<JestRun> {
  project.change({ generate: false, files: { '__tests__/case.test.ts': `${docblock}${imports}${text}` } });
  return runIn(project, ['--runInBand', 'case']);
}

/** Line and column of a place in the file, as errors show it. */
const place = String.raw`__tests__/case\.test\.ts:\d+:\d+`;

test('ScopeMismatch, where the wider one is defined', async () => {
  const text = failureOf(
    await run(`
      const wide = fixture('wide', { scope: 'file', uses: { post } }, ({ post }) => post);
      test('x', given({ wide }, () => {}));
    `),
  );
  expect(text).toContain("ScopeMismatch: fixture 'wide' lives for a file, but it uses 'post', which lives for a test.");
  expect(text).toMatch(new RegExp(`fixture +'wide' \\(file scope\\) at .*${place}`));
  expect(text).toMatch(/uses +'post' \(test scope\) at .*test\/fixtures\.ts:\d+:\d+/);
  expect(text).toContain('PRISMA_TEST_FIXTURE_SCOPE_MISMATCH');
});

test('ScopeMismatch by an override', async () => {
  const text = failureOf(
    await run(`
      const mine = fixture('mine', ({ prisma }) => prisma.user.create({ data: { email: 'm' } }));
      describe('d', () => { override(author, mine); const data = given({ team }); test('x', () => { data.team }); });
    `),
  );
  expect(text).toContain("ScopeMismatch: fixture 'team' lives for a describe, but it uses 'mine', which lives for a test.");
  expect(text).toMatch(new RegExp(`override +.*${place}`));
});

test('a circle', async () => {
  const text = failureOf(
    await run(`
      const a = fixture('a', { uses: () => ({ b }) }, ({ b }: { b: number }): number => b);
      const b: ReturnType<typeof fixture<number>> = fixture('b', { uses: { a } }, ({ a }) => a as number);
      const data = given({ b });
      test('x', () => { data.b });
    `),
  );
  expect(text).toContain('Fixtures use each other in a circle: b → a → b.');
  expect(text).toMatch(new RegExp(`fixture +'b' at .*${place}\\n.*uses +'a' at .*${place}`));
  expect(text).toContain('PRISMA_TEST_FIXTURE_CYCLE');
});

test('a value outside of tests and hooks', async () => {
  const text = failureOf(await run(`const { author: destructured } = given({ author }); test('x', () => { destructured });`));
  expect(text).toContain("The value of fixture 'author' was asked for where it does not exist: the file is still being read");
  expect(text).toMatch(/fixture +'author' \(file scope\) at .*test\/fixtures\.ts:\d+:\d+/);
  expect(text).toMatch(new RegExp(`given +given\\(\\) at .*${place}\\n.*used +.*${place}`));
  expect(text).toContain('PRISMA_TEST_FIXTURE_OUTSIDE');
});

test('given() inside a test', async () => {
  const text = failureOf(await run(`test('x', () => { given({ author }); });`));
  expect(text).toContain('given() was called inside a test or hook');
  expect(text).toMatch(new RegExp(`called +.*${place}`));
  expect(text).toContain('PRISMA_TEST_FIXTURE_LATE');
});

test('teardowns that throw stop no other, and fail the test or the file that they belong to', async () => {
  const result = await run(`
    const seen: string[] = [];
    const first = fixture('first', ({ teardown }) => { teardown(() => seen.push('first')); return 1; });
    const bad = fixture('bad', { uses: { first } }, ({ teardown }) => { teardown(() => { throw new Error('no way'); }); return 2; });
    const fails = fixture('fails', { uses: { first } }, ({ teardown }) => { teardown(() => seen.push('fails')); throw new Error('not made'); });
    test('x', given({ bad }, () => {}));
    test('y', () => { expect(seen).toEqual(['first']); });
    test('z', given({ fails }, () => {}));
    test('after a failure too', () => { expect(seen).toEqual(['first', 'fails', 'first']); });
  `);
  expect(result.outcomes).toEqual({ x: 'failed', y: 'passed', z: 'failed', 'after a failure too': 'passed' });
  const text = failureOf(result);
  expect(text).toContain("The teardown of fixture 'bad' threw: no way");
  expect(text).toMatch(new RegExp(`fixture +'bad' at .*${place}\\n.*teardown +.*${place}\\n.*after +test 'x'`));
  expect(text).toContain('PRISMA_TEST_FIXTURE_TEARDOWN');
  expect(text).toContain('not made');
});

test('a fixture that a file uses which may not use the database', async () => {
  const text = failureOf(await run(`const data = given({ author }); test('x', () => { data.author });`, '/** @prisma-access deny */'));
  expect(text).toContain("Fixture 'author' uses a database that this file may not use.");
  expect(text).toContain('Database access not allowed: this file says `@prisma-access deny`.');
  expect(text).toMatch(/fixture +'author' at .*test\/fixtures\.ts:\d+:\d+/);
  expect(text).toMatch(new RegExp(`given +given\\(\\) at .*${place}`));
  expect(text).toMatch(/query +prisma\.user\.create\(\) at .*test\/fixtures\.ts:\d+:\d+/);
  expect(text).toContain('PRISMA_TEST_FIXTURE_ACCESS');
});

test('params that nobody chose', async () => {
  const text = failureOf(await run(`const data = given({ role }); test('x', () => { data.role });`));
  expect(text).toContain("Fixture 'role' has params: its block must run once for each of them.");
  expect(text).toContain('given.each({ role }, (data) =>');
});

test('definitions that make no sense', async () => {
  const undefinedUse = failureOf(
    await run(`const x = fixture('x', { uses: { none: undefined as never } }, () => 1); test('x', () => {});`),
  );
  expect(undefinedUse).toContain('its module is still loading, or exports no such name');
  const reserved = failureOf(await run(`const x = fixture('x', { uses: { prisma: author } }, () => 1); test('x', () => {});`));
  expect(reserved).toContain('`prisma` in `uses` is the name of what every fixture is given');
  const noFixture = failureOf(await run(`const data = given({ author: {} as never }); test('x', () => {});`));
  expect(noFixture).toContain('A fixture was expected: `author` is something else.');
});

test('what a worker cannot keep', async () => {
  const text = failureOf(
    await run(`
      class Thing {}
      const thing = fixture('thing', { scope: 'worker' }, () => ({ list: [new Thing()] }));
      const data = given({ thing });
      test('x', () => { data.thing });
    `),
  );
  expect(text).toContain("the value of 'thing'.list[0] is an instance of Thing");
  const teardown = failureOf(
    await run(`
      const t = fixture('t', { scope: 'worker' }, ({ teardown }) => teardown(() => {}));
      const data = given({ t });
      test('x', () => { data.t });
    `),
  );
  expect(teardown).toContain('PRISMA_TEST_FIXTURE_WORKER_TEARDOWN');
});

test('a worker fixture after the file has written', async () => {
  const text = failureOf(
    await run(`
      const written = prisma.user.create({ data: { email: 'early' } }).then(() => {});
      beforeAll(() => written);
      const data = given({ plan });
      test('x', () => { data.plan });
    `),
  );
  expect(text).toContain('PRISMA_TEST_WORKER_SCOPE_LATE');
});

test('a wide fixture that fails, fails the blocks that use it and no others', async () => {
  const result = await run(`
    const broken = fixture('broken', { scope: 'file' }, () => { throw new Error('never made'); });
    describe('uses it', () => { const data = given({ broken }); test('a', () => {}); });
    describe('does not', () => { const data = given({ author }); test('b', () => { expect(data.author.name).toBe('Ann'); }); });
  `);
  expect(result.outcomes).toEqual({ 'uses it a': 'failed', 'does not b': 'passed' });
  expect(failureOf(result)).toContain('never made');
});

test('a block none of whose tests run makes nothing', async () => {
  const result = await run(`
    const broken = fixture('broken', { scope: 'file' }, () => { throw new Error('never made'); });
    describe.skip('uses it', () => { const data = given({ broken }); test('a', () => {}); });
    test('b', () => {});
  `);
  expect(result.outcomes).toMatchObject({ b: 'passed' });
});

test('outside of the environment', async () => {
  const text = failureOf(await run(`fixture('x', () => 1); test('x', () => {});`, '/** @jest-environment node */'));
  expect(text).toContain('was called outside of the Prisma test environment');
  expect(text).toContain('PRISMA_TEST_FIXTURE_NO_ENVIRONMENT');
});

test('hooks that fail leave the scopes right', async () => {
  const result = await run(`
    const count = () => prisma.team.count();
    describe('beforeAll', () => {
      beforeAll(async () => { await prisma.team.create({ data: { slug: 'a' } }); throw new Error('hook'); });
      test('a', () => {});
    });
    describe('beforeEach', () => {
      beforeEach(async () => { await prisma.team.create({ data: { slug: 'a' } }); throw new Error('hook'); });
      test('b', () => {});
    });
    describe('afterEach', () => {
      afterEach(async () => { await prisma.team.create({ data: { slug: 'b' } }); throw new Error('hook'); });
      test('c', () => {});
    });
    test('d', async () => { expect(await count()).toBe(0); });
    describe('nested', () => {
      beforeAll(() => prisma.team.create({ data: { slug: 'c' } }));
      describe('deeper', () => {
        beforeAll(async () => { await prisma.team.create({ data: { slug: 'd' } }); throw new Error('hook'); });
        test('e', () => {});
      });
      test('f', async () => { expect(await count()).toBe(1); });
    });
    test('g', async () => { expect(await count()).toBe(0); });
  `);
  expect(result.outcomes).toEqual({
    'beforeAll a': 'failed',
    'beforeEach b': 'failed',
    'afterEach c': 'failed',
    d: 'passed',
    'nested deeper e': 'failed',
    'nested f': 'passed',
    g: 'passed',
  });
});
