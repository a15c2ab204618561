import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, runJest } from './run-jest';

jest.setTimeout(90_000);

const config = (rest: string): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', transform: { '\\\\.ts$': '@swc/jest' }, ${rest} };\n`,
});
const works = (more = ''): string => `test('it works', async () => {
  await prisma.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
  ${more}
});\n`;
const only = (tests: string): Record<string, string | null> => ({ '__tests__/users.test.ts': tests });

describe('Jest options', () => {
  test('injectGlobals: false', async () => {
    const files = { ...config('injectGlobals: false'), ...only(`import { expect, test } from '@jest/globals';\n${works()}`) };
    expectPassed(await runJest('app', [], { files }), 1);
  });

  test('resetMocks, restoreMocks, clearMocks, resetModules', async () => {
    const files = { ...config('resetMocks: true, restoreMocks: true, clearMocks: true, resetModules: true'), ...only(works() + works()) };
    expectPassed(await runJest('app', [], { files }), 2);
  });

  test('automock leaves files that use no client alone', async () => {
    const files = { ...config('automock: true'), ...only(`test('x', () => expect(typeof jest.fn()).toBe('function'));\n`) };
    expectPassed(await runJest('app', [], { files }), 1);
  });

  test('moduleNameMapper and modulePathIgnorePatterns', async () => {
    const rest = `moduleNameMapper: { '^@/(.*)$': '<rootDir>/src/$1', '^~db$': '<rootDir>/generated/client' }, modulePathIgnorePatterns: ['<rootDir>/generated/', '<rootDir>/build/']`;
    const tests = `import { countUsers } from '@/users';
import { PrismaClient } from '~db';
test('through the map', async () => { expect(PrismaClient).toBeDefined(); expect(await countUsers()).toBe(0); });
${works()}`;
    expectPassed(await runJest('app', [], { files: { ...config(rest), ...only(tests) } }), 2);
  });

  test('set-up files of the user, before and after the framework', async () => {
    const files = {
      ...config(`setupFiles: ['./before.js'], setupFilesAfterEnv: ['./after.js']`),
      'before.js': `globalThis.before = process.env.DATABASE_URL;\n`,
      'after.js': `beforeEach(async () => { await prisma.user.create({ data: { email: 'from set-up' } }); });\n`,
      ...only(`test('it is there', async () => expect(await prisma.user.count()).toBe(1));
test('once', async () => expect(await prisma.user.count()).toBe(1));\n`),
    };
    expectPassed(await runJest('app', [], { files }), 2);
  });

  test('globalSetup, globalTeardown', async () => {
    const rest = `globalSetup: 'jest-environment-prisma/global-setup', globalTeardown: 'jest-environment-prisma/global-teardown'`;
    expectPassed(await runJest('app', [], { files: config(rest) }), 4);
  });

  test('the preset', async () => {
    const files = { 'jest.config.js': `module.exports = { preset: 'jest-environment-prisma', transform: { '\\\\.ts$': '@swc/jest' } };\n` };
    expectPassed(await runJest('app', [], { files }), 4);
  });

  test('fake timers for all tests', async () => {
    const files = {
      ...config(`fakeTimers: { enableGlobally: true, now: new Date('2020-01-01').getTime() }`),
      ...only(`test('a unique read and a transaction', async () => {
  await prisma.$transaction(async (tx) => { await tx.user.create({ data: { email: 'a@b.c' } }); });
  expect(await prisma.user.findUnique({ where: { email: 'a@b.c' } })).not.toBeNull();
  expect(new Date().getFullYear()).toBe(2020);
});\n`),
    };
    expectPassed(await runJest('app', [], { files }), 1);
  });
});

describe('docblocks', () => {
  const jsdom = `import { prisma as own } from '../src/db';
test('a DOM and a database', async () => {
  document.body.innerHTML = '<p id="x">y</p>';
  await own.user.create({ data: { email: document.getElementById('x')!.textContent! } });
  expect(await prisma.user.findMany({ select: { email: true } })).toEqual([{ email: 'y' }]);
  const error = await own.user.create({ data: { email: 'y' } }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
});
test('rolled back', async () => expect(await prisma.user.count()).toBe(0));\n`;

  test('a DOM by an option in the docblock', async () => {
    const files = only(`/** @jest-environment-options {"baseEnvironment": "jsdom"} */\n${jsdom}`);
    expectPassed(await runJest('app', [], { files }), 2);
  });

  test('a DOM for all, with options of its own', async () => {
    const rest = `testEnvironmentOptions: { baseEnvironment: 'jsdom', baseEnvironmentOptions: { url: 'https://app.test/start' }, userAgent: 'us' }`;
    const more = `test('its options', () => { expect(location.pathname).toBe('/start'); expect(navigator.userAgent).toContain('us'); });\n`;
    expectPassed(await runJest('app', [], { files: { ...config(rest), ...only(jsdom + more) } }), 3);
  });

  test('another environment for one file', async () => {
    const files = {
      '__tests__/plain.test.ts': `/** @jest-environment node */\ntest('no prisma here', () => expect('prisma' in globalThis).toBe(false));\n`,
    };
    expectPassed(await runJest('app', ['--runInBand'], { files }), 5);
  });
});

describe('environment variables', () => {
  const shows = (expectation: string): Record<string, string | null> =>
    only(`const seen = process.env['DATABASE_URL'];\ntest('the variable', () => { ${expectation} });\n`);

  test('.env.test is read before .env, and what is set stays', async () => {
    const files = {
      '.env': 'DATABASE_URL=file:./dev.db\nONE=env\nTWO=env\nTHREE=env\n',
      '.env.test': 'ONE=test\nTHREE=test\n',
      ...only(`test('variables', () => {
  expect([process.env['ONE'], process.env['TWO'], process.env['THREE']]).toEqual(['test', 'env', 'shell']);
  expect(process.env['DATABASE_URL']).toBe(prismaTest.url);
});\n`),
    };
    expectPassed(await runJest('app', [], { files, env: { THREE: 'shell', DATABASE_URL: undefined } }), 1);
  });

  test('the variable of the URL is rewritten before any code of the test is loaded', async () => {
    const files = {
      '.env': 'DATABASE_URL=file:./dev.db\n',
      ...shows(`expect(seen).toBe(prismaTest.url); expect(seen).toMatch(/workers/);`),
    };
    expectPassed(await runJest('app', [], { files }), 1);
  });

  test('so is every other that has its value, and those that the option names', async () => {
    const files = {
      '.env': 'DATABASE_URL=file:./dev.db\nDIRECT_URL=file:./dev.db\nSHADOW=file:./shadow.db\nOTHER=file:./other.db\n',
      ...config(`testEnvironmentOptions: { env: ['SHADOW'] }`),
      ...shows(`const { url } = prismaTest; const { DIRECT_URL, SHADOW, OTHER } = process.env;
  expect([DIRECT_URL, SHADOW, OTHER]).toEqual([url, url, 'file:./other.db']);`),
    };
    expectPassed(await runJest('app', [], { files }), 1);
  });

  test('child processes of a test get it', async () => {
    const files = {
      '.env': 'DATABASE_URL=file:./dev.db\n',
      ...only(`import { execFileSync } from 'node:child_process';
test('child', () => {
  expect(execFileSync(process.execPath, ['-p', 'process.env.DATABASE_URL'], { encoding: 'utf8' }).trim()).toBe(prismaTest.url);
});\n`),
    };
    expectPassed(await runJest('app', [], { files }), 1);
  });
});

describe('where things are', () => {
  let project: Project;
  afterEach(() => project.remove());

  test('a working directory other than the root directory', async () => {
    project = openProject('app');
    const cwd = path.join(project.dir, 'src');
    expectPassed(
      await runIn({ ...project, dir: cwd }, ['--rootDir', project.dir, '--config', path.join(project.dir, 'jest.config.js')]),
      4,
    );
    expect(existsSync(path.join(cwd, 'node_modules'))).toBe(false);
  });

  test('a root directory below the Prisma project', async () => {
    project = openProject('app', { files: config(`rootDir: './__tests__'`) });
    expectPassed(await runIn(project), 4);
  });

  test('a monorepo: one Jest, two projects, each with its own schema', async () => {
    const packageOf = (model: string): Record<string, string> => ({
      'jest.config.js': `module.exports = { displayName: '${model}', testEnvironment: 'prisma', transform: { '\\\\.ts$': '@swc/jest' } };\n`,
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: './schema.prisma', datasource: { url: 'file:./dev.db' } });\n`,
      'schema.prisma': `generator client {
  provider     = "prisma-client"
  output       = "./generated"
  moduleFormat = "cjs"
}

datasource db {
  provider = "sqlite"
}

model ${model} {
  id   Int    @id @default(autoincrement())
  name String @unique
}\n`,
      'one.test.ts': `test('${model}', async () => {
  await prisma.${model.toLowerCase()}.create({ data: { name: 'x' } });
  expect(await prisma.${model.toLowerCase()}.count()).toBe(1);
});\n`,
    });
    const below = (folder: string, files: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`packages/${folder}/${file}`, text]));
    project = openProject(undefined, {
      files: {
        'package.json': '{ "private": true, "workspaces": ["packages/*"] }\n',
        'jest.config.js': `module.exports = { projects: ['<rootDir>/packages/*'] };\n`,
        ...below('users', packageOf('Person')),
        ...below('shop', packageOf('Order')),
      },
    });
    mkdirSync(path.join(project.dir, 'node_modules'), { recursive: true });
    for (const args of [['--runInBand'], ['-w', '2']]) expectPassed(await runIn(project, args), 2);
  });
});
