import { expectPassed, failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn } from './run-jest';

jest.setTimeout(90_000);
let project: Project;
beforeEach(() => (project = openProject('fixtures-blog')));
afterEach(() => project.remove());

const config = (isolation: string): string => `module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { isolation: '${isolation}', databases: { service: { config: './service/prisma.config.ts' } } },
  transform: { '\\\\.ts$': '@swc/jest' },
};`;

test.each(['clone', 'truncate'])('scopes and fixtures are the same with isolation %s', async (isolation) => {
  project.change({ generate: false, files: { 'jest.config.js': config(isolation) } });
  expectPassed(await runIn(project, ['--runInBand', 'scopes|fresh|tree|variations|worker']));
});

test('rows of a worker give way to a file of another isolation, and come back', async () => {
  const uses = (docblock: string): string => `${docblock}
    import { given } from 'jest-environment-prisma/fixtures';
    import { plan } from '../test/fixtures';
    const data = given({ plan });
    test('x', async () => expect(await prisma.user.findMany()).toEqual([data.plan.owner]));
  `;
  project.change({
    generate: false,
    files: {
      '__tests__/case-1.test.ts': uses(''),
      '__tests__/case-2.test.ts': `/** @prisma-isolation truncate */
        test('y', async () => { expect(await prisma.user.count()).toBe(0); await prisma.user.create({ data: { email: 'a' } }); });`,
      '__tests__/case-3.test.ts': uses('/** @prisma-isolation clone */'),
      '__tests__/case-4.test.ts': uses(''),
      'sequencer.js': `
        const Sequencer = require('@jest/test-sequencer').default;
        module.exports = class extends Sequencer { sort(tests) { return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1)); } };
      `,
    },
  });
  expectPassed(await runIn(project, ['--runInBand', '--testSequencer=./sequencer.js', 'case']), 4);
});

test('a block of another isolation in a file that uses rows of the worker', async () => {
  project.change({
    generate: false,
    files: {
      '__tests__/case.test.ts': `
        import { given } from 'jest-environment-prisma/fixtures';
        import { plan } from '../test/fixtures';
        const data = given({ plan });
        describe('apart', () => { prismaTest.isolate('clone'); test('x', async () => { await prisma.user.count(); }); });
      `,
    },
  });
  const text = failureOf(await runIn(project, ['--runInBand', 'case']));
  expect(text).toContain("A describe block asks for isolation 'clone', but its file uses fixtures of worker scope");
  expect(text).toContain('PRISMA_TEST_WORKER_SCOPE_ISOLATION');
});
