import { expectPassed, failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, type JestRun } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeAll(() => (project = openProject('fixtures-blog')));
afterAll(() => project.remove());

const run = (text: string): Promise<JestRun> => {
  const files = { '__tests__/case.test.ts': `import { expectQueries } from 'jest-environment-prisma/fixtures';\n${text}` };
  project.change({ generate: false, files });
  return runIn(project, ['--runInBand', 'case']);
};

test('what fits a budget', async () => {
  const service = 'prismaTest.databases.service.client';
  const result = await run(`
    const list = () => prisma.user.findMany();
    test('exactly, and the result is handed on', async () => expect(await expectQueries(1, list)).toEqual([]));
    test('at most', () => expectQueries({ max: 2 }, list));
    test('none', () => expectQueries(0, () => 1));
    test('what fails inside fails outside', () => expect(expectQueries(1, async () => { throw new Error('mine'); })).rejects.toThrow('mine'));
    test('a transaction is its statements', () =>
      expectQueries(2, () => prisma.$transaction(async (tx) => { await tx.user.count(); await tx.post.count(); })));
    test('so is a batch', () => expectQueries(2, () => prisma.$transaction([prisma.user.count(), prisma.post.count()])));
    test('raw queries', () => expectQueries(1, () => prisma.$queryRaw\`SELECT 1\`));
    test('one that the database refuses', () => expectQueries(1, () => prisma.$queryRaw\`SELECT nothing\`.catch(() => {})));
    test('by database', () =>
      expectQueries({ databases: { default: 1, service: { max: 2 } } }, async () => { await list(); await ${service}.invoice.count(); }));
    test('all databases together', () => expectQueries(2, async () => { await list(); await ${service}.invoice.count(); }));
    test('matchers', async () => {
      await expect(list).toExecuteQueries(1);
      await expect(list).not.toExecuteQueries(2);
      await expect(list).toExecuteQueriesAtMost(1);
      await expect(list).not.toExecuteQueriesAtMost(0);
      await expect(expect(list).toExecuteQueries(2)).rejects.toThrow(/Expected 2 queries, but 1 was executed:/);
      await expect(expect(list).not.toExecuteQueries(1)).rejects.toThrow(/Expected another number of queries, but 1/);
    });
  `);
  expectPassed(result);
});

test('one that is exceeded lists the SQL, and repeated queries together', async () => {
  const text = failureOf(
    await run(`
      test('x', async () => {
        await prisma.user.createMany({ data: [{ email: 'a' }, { email: 'b' }, { email: 'c' }] });
        await expectQueries({ max: 2 }, async () => {
          for (const { id } of await prisma.user.findMany()) await prisma.post.findMany({ where: { authorId: id } });
        });
      });
    `),
  );
  expect(text).toContain('Expected at most 2 queries, but 4 were executed:');
  expect(text).toMatch(/ {3}1× SELECT .* FROM `main`\.`User`/);
  expect(text).toMatch(/ {3}3× SELECT .* FROM `main`\.`Post`.*\n +by prisma\.post\.findMany\(\) at .*case\.test\.ts:\d+:\d+\n.*N\+1/);
  expect(text).toContain('PRISMA_TEST_QUERY_BUDGET');
  // The code frame is the user's.
  expect(text).toContain('await expectQueries({ max: 2 }');
});

test('by database it says which', async () => {
  const text = failureOf(
    await run(`test('x', () => expectQueries({ databases: { default: 0, service: 1 } }, () => prisma.user.count()));`),
  );
  expect(text).toContain("Database 'default': Expected 0 queries, but 1 was executed:");
  expect(text).toContain("Database 'service': Expected 1 query, but none was executed.");
});
