import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject, repository, type Project } from './project';
import { runIn } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeAll(() => (project = openProject('fixtures-blog')));
afterAll(() => project.remove());

test.each(['tree', 'scopes', 'fresh', 'variations', 'worker', 'factories'])('projects/fixtures-blog: %s', async (name) => {
  const run = await runIn(project, ['--runInBand', name]);
  expectPassed(run);
  if (name === 'variations') {
    expect(Object.keys(run.outcomes)).toEqual(
      expect.arrayContaining([
        'params role writer run the tests of a block once each',
        'params role reader, size large of what is used, in every combination',
      ]),
    );
  }
});

test('all files leave each other alone, in one worker and in two', async () => {
  expectPassed(await runIn(project, ['--runInBand']));
  expectPassed(await runIn(project, ['-w', '2']));
});

test('the types of values, dependencies and params hold', () => {
  project.change({
    generate: false,
    files: {
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2022',
          module: 'preserve',
          moduleResolution: 'bundler',
          types: ['jest', 'node'],
          typeRoots: [path.join(repository, 'node_modules', '@types')],
        },
        include: ['globals.d.ts', '__tests__', 'test', 'types.ts'],
      }),
      'types.ts': `
        import { fixture, given, override, expectQueries } from 'jest-environment-prisma/fixtures';
        import { author, post, role, size } from './test/fixtures';
        const data = given({ author, role, size });
        const email: string = data.author.email;
        const one: 'reader' | 'writer' = data.role;
        const other: 1 | 100 = data.size;
        const count: Promise<number> = expectQueries({ databases: { default: 1, service: { max: 2 } } }, () => prisma.user.count());
        // @ts-expect-error not a field of the row
        data.author.title;
        // @ts-expect-error not a fixture that is used
        fixture('x', { uses: { author } }, ({ post }) => post);
        // @ts-expect-error a post is no author
        override(author, post);
        // @ts-expect-error no such scope
        fixture('x', { scope: 'suite' }, () => 1);
        // @ts-expect-error a string is no number
        fixture('x', { uses: { role } }, ({ role }) => { const n: number = role; return n; });
        expect(() => 1).not.toExecuteQueries(1).then(() => email + one + other + String(count));
      `,
    },
  });
  const { stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', '.'], {
    cwd: project.dir,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});
