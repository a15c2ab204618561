import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isPrismaTestError } from '../src/errors';
import { readOptions } from '../src/options-reader';
import { openProject } from './e2e/project';
import { runIn } from './e2e/run-jest';
import { repository } from './source-files';

// A cold Jest and the compiler, on a machine that does other things too.
jest.setTimeout(120_000);

/** A code block whose info string says which file of which project it is: `ts title="src/db.ts" in="quick-start"`. */
interface Block {
  readonly language: string;
  readonly title: string | undefined;
  readonly project: string | undefined;
  readonly text: string;
}

/** Of `docs/`; the pieces that errors.md is made of are not read one by one. */
const pages = readdirSync(path.join(repository, 'docs')).filter((file) => file.endsWith('.md'));
const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)?([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language = '', info = '', text = '']): Block => {
  const attribute = (name: string): string | undefined => new RegExp(`${name}="([^"]+)"`).exec(info)?.[1];
  return { language, title: attribute('title'), project: attribute('in'), text };
});
const projects = [...new Set(blocks.map(({ project }) => project).filter((name) => name !== undefined))];

test('every block of code belongs to a project that is run', () => {
  const code = blocks.filter(({ language }) => ['ts', 'js', 'prisma', 'tsx', 'json'].includes(language));
  expect(code.length).toBeGreaterThan(5);
  expect(code.filter(({ title, project }) => title === undefined || project === undefined).map(({ text }) => text)).toEqual([]);
});

test.each(projects)('the project %s passes as it stands in the README, and its types hold', async (name) => {
  const own = blocks.filter(({ project }) => project === name);
  const files = Object.fromEntries(own.map(({ title = '', text }) => [title, text]));
  const config = {
    compilerOptions: {
      target: 'es2023',
      module: 'preserve',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['jest', 'node'],
    },
  };
  const project = openProject(undefined, { files: { ...files, 'tsconfig.json': JSON.stringify(config) } });
  try {
    const run = await runIn(project);
    expect({ outcomes: run.outcomes, output: run.output }).toEqual({
      outcomes: Object.fromEntries(Object.keys(run.outcomes).map((test) => [test, 'passed'])),
      output: expect.any(String),
    });
    const written = own.flatMap(({ text }) => [...text.matchAll(/^\s*test\('([^']+)'/gm)].map((match) => match[1] ?? ''));
    expect(Object.keys(run.outcomes).toSorted()).toEqual(written.toSorted());
    expect(run.exitCode).toBe(0);
    const { stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', '.'], {
      cwd: project.dir,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  } finally {
    project.remove();
  }
});

test('the table of options has every option, and no other', () => {
  const inTable = [...readme.matchAll(/^\| `(\w+)` \| [^|]+ \| .+ \|$/gm)].map((match) => match[1] ?? '');
  let known: readonly string[] = [];
  try {
    readOptions({ nothingLikeThis: 1 }, { rootDir: repository });
  } catch (error) {
    if (isPrismaTestError(error)) known = error.description.facts?.['known']?.split(', ') ?? [];
  }
  // Those of Jest's own environments are handed on, and documented there.
  const handedOn = new Set([
    'customExportConditions',
    'exportConditions',
    'globalsCleanup',
    'html',
    'pretendToBeVisual',
    'resources',
    'runScripts',
    'userAgent',
  ]);
  expect(inTable.toSorted()).toEqual(known.filter((name) => !handedOn.has(name)));
});

test('every link leads somewhere, in the README and in all pages', () => {
  const links = ['README.md', ...pages.map((page) => `docs/${page}`)].flatMap((page) =>
    linksOf(page).map((link) => ({ page, link, target: path.resolve(repository, path.dirname(page), link) })),
  );
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter(({ target }) => !existsSync(target)).map(({ page, link }) => `${page}: ${link}`)).toEqual([]);
});

test('the index of the documentation has every page', () => {
  expect(linksOf('docs/README.md').filter((link) => pages.includes(link))).toEqual(
    expect.arrayContaining(pages.filter((page) => page !== 'README.md')),
  );
});

/** Relative links of a page. */
function linksOf(page: string): string[] {
  const text = readFileSync(path.join(repository, page), 'utf8');
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
}
