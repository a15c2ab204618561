import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failureOf } from './expect-run';
import { openProject, repository, type ProjectChanges } from './project';
import { runIn, runJest, type RunOptions } from './run-jest';

jest.setTimeout(60_000);

const docs = readFileSync(path.join(repository, 'docs/errors/environment.md'), 'utf8');
const tests = `test('a user', async () => {
  await prisma.user.create({ data: { email: 'a@b.c' } });
});\n`;
const config = (options: string, transform = `'@swc/jest'`): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': ${transform} } };\n`,
});
const schema = (
  fields: string,
  generator = 'provider = "prisma-client"\n  output = "../generated"\n  moduleFormat = "cjs"',
): string => `generator client {
  ${generator}
}

datasource db {
  provider = "sqlite"
}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique
${fields}}
`;

/** Runs a project that fails, and returns what Jest says of it. */
async function failure(
  files: Record<string, string | null>,
  options: RunOptions & { after?: ProjectChanges['files'] } = {},
): Promise<string> {
  const project = openProject('basic', {
    files: { '__tests__/first.test.ts': tests, ...files },
    ...(options.generate === false && { generate: false }),
  });
  try {
    if (options.after) project.change({ files: options.after, generate: false });
    const run = await runIn(project, [], options);
    expect(run.exitCode).toBe(1);
    return failureOf(run);
  } finally {
    project.remove();
  }
}

/** Where in the file Jest points at. */
const atUsersLine = expect.stringMatching(/> 2 \|[^]*__tests__\/first\.test\.ts:2:/);

describe('errors of set-up are printed once, with no frame of ours', () => {
  const lines = (text: string): string =>
    text
      .replace(/^ {2}● Test suite failed to run\n/, '')
      .replaceAll(/^ {4}/gm, '')
      .trim();

  test('no Prisma project', async () => {
    // A workspace's root ends the search.
    const text = await failure({ 'package.json': '{ "workspaces": [] }', 'prisma.config.ts': null, prisma: null }, { generate: false });
    expect(lines(text)).toMatch(/^No Prisma project was found: [^\n]*\n {2}searched  <project>\n[^]*PRISMA_TEST_PROJECT_NOT_FOUND$/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(text).toContain('  ● Test suite failed to run\n\n    No Prisma project');
  });

  test('one in a folder below is named', async () => {
    const files = {
      'package.json': '{ "workspaces": [] }',
      'prisma.config.ts': null,
      prisma: null,
      'packages/db/prisma/schema.prisma': schema(''),
    };
    expect(await failure(files, { generate: false })).toContain(`testEnvironmentOptions: { schema: './packages/db/prisma/schema.prisma' }`);
  });

  test('a schema that is not valid, with file and line', async () => {
    const text = await failure({}, { after: { 'prisma/schema.prisma': schema('  name Strin\n') } });
    expect(lines(text)).toMatch(/^The Prisma schema is not valid: Type "Strin" is neither a built-in type/);
    expect(text).toContain('<project>/prisma/schema.prisma:14');
    expect(text).toContain('PRISMA_TEST_SCHEMA_INVALID');
    expect(text.match(/PRISMA_TEST_SCHEMA_INVALID/g)).toHaveLength(1);
  });

  test('an unknown option, with the nearest one', async () => {
    const text = await failure(config(`{ clinet: './src/db.ts' }`));
    expect(lines(text)).toMatch(
      /^Unknown option `clinet` in testEnvironmentOptions\.\n[^]*cure {3}write `client`\n {2}PRISMA_TEST_OPTION_UNKNOWN$/,
    );
  });

  test('an option of a wrong type', async () => {
    expect(lines(await failure(config(`{ sql: './functions.sql' }`)))).toMatch(
      /^Wrong type of option: `sql` [^]*cure {2}write `sql: \['\.\/functions\.sql'\]`\n {2}PRISMA_TEST_OPTION_TYPE$/,
    );
  });

  test.each([
    ['itself', { cache: '' }],
    ['in it', { 'cache/sqlite': '' }],
  ] satisfies [string, Record<string, string>][])('a cache folder that cannot be written to: a file in place of %s', async (_, files) => {
    const text = await failure(files, { env: { PRISMA_TEST_CACHE_DIR: './cache' } });
    expect(lines(text)).toMatch(
      /^The folder for templates cannot be made or written to\.\n {2}folder {2}<project>\/cache\n {2}reason {2}E/,
    );
    expect(text).toContain('PRISMA_TEST_CACHE_DIR=');
    expect(text).toContain('PRISMA_TEST_CACHE_NOT_WRITABLE');
    expect(text).not.toMatch(/Cause:|^\s+at /m);
  });

  test('a base environment that is not installed', async () => {
    const text = await failure(config(`{ baseEnvironment: 'edge-runtime' }`));
    expect(text).toContain('npm install --save-dev jest-environment-edge-runtime');
    expect(text).toContain('PRISMA_TEST_BASE_ENVIRONMENT');
  });

  test('a module that is no environment', async () => {
    const text = await failure({ 'environment.js': 'module.exports = {};\n', ...config(`{ baseEnvironment: './environment.js' }`) });
    expect(text).toContain('export it as TestEnvironment or by default');
  });

  test('a Prisma config that throws', async () => {
    const text = await failure({ 'prisma.config.ts': `throw new Error('the vault is closed');\n` }, { generate: false });
    expect(lines(text)).toMatch(/^The Prisma config cannot be loaded: the vault is closed\n[^]*PRISMA_TEST_CONFIG_INVALID$/);
  });
});

describe('errors of a query point at it', () => {
  test('the client is not generated', async () => {
    const text = await failure({}, { generate: false });
    expect(text).toContain(`The Prisma client of database 'default' has not been generated.`);
    expect(text).toContain('cure    npx prisma generate\n');
    expect(text).toContain('PRISMA_TEST_CLIENT_MISSING');
    expect(text).toEqual(atUsersLine);
  });

  test('the schema has no generator', async () => {
    const text = await failure({ 'prisma/schema.prisma': schema('').replace(/generator[^}]*}/, '') }, { generate: false });
    expect(text).toContain(`The schema of database 'default' has no generator for a Prisma client.`);
    expect(text).toContain('provider = "prisma-client"');
  });

  test('the client is older than the schema', async () => {
    const text = await failure({ 'prisma/schema.prisma': schema('') }, { after: { 'prisma/schema.prisma': schema('  name String?\n') } });
    expect(text).toContain('one of them is older.');
    expect(text).toMatch(/differs {2}User\n/);
    expect(text).toContain('PRISMA_TEST_CLIENT_OUTDATED');
    expect(text).toEqual(atUsersLine);
  });

  test('the adapter is for another provider', async () => {
    const db = `import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/client';
export const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgres://127.0.0.1:1/app' }) });\n`;
    const text = await failure({
      'src/db.ts': db,
      '__tests__/first.test.ts': `import { client } from '../src/db';\ntest('x', () => client.user.count());\n`,
    });
    expect(text).toContain('@prisma/adapter-pg is for postgres');
    expect(text).toContain('PRISMA_TEST_ADAPTER_PROVIDER');
  });

  test('the option `adapter` makes none', async () => {
    const text = await failure({ 'adapter.ts': 'export default (url: string) => url;\n', ...config(`{ adapter: './adapter.ts' }`) });
    expect(text).toContain('PRISMA_TEST_ADAPTER_MODULE');
  });
});

describe('a client that was generated as an ES module, in a CommonJS Jest', () => {
  const generator = 'provider = "prisma-client"\n  output = "../generated"\n  moduleFormat = "esm"';
  const babel = `['babel-jest', { presets: [['@babel/preset-env', { targets: { node: 'current' } }], '@babel/preset-typescript'] }]`;
  const files = { 'prisma/schema.prisma': schema('', generator) };

  test('works with swc', async () => {
    const run = await runJest('basic', [], { files: { '__tests__/first.test.ts': tests, ...files } });
    expect(run.exitCode).toBe(0);
  });

  test.each([
    ['babel', babel],
    ['ts-jest', `['ts-jest', { diagnostics: false }]`],
  ])('is explained with %s', async (_, transform) => {
    const text = await failure({ ...files, ...config('{}', transform) });
    expect(text).toContain('The generated Prisma client is an ES module, and Jest loads this project as CommonJS.');
    expect(text).toContain('moduleFormat = "cjs"');
    expect(text).toContain('PRISMA_TEST_CLIENT_ESM');
    expect(text).toEqual(atUsersLine);
  });

  test('is explained where the app imports it', async () => {
    const imports = `import { PrismaClient } from '../generated/client';\ntest('x', () => expect(PrismaClient).toBeDefined());\n`;
    const text = await failure({ ...files, ...config('{}', babel), '__tests__/first.test.ts': imports });
    expect(text).toContain('PRISMA_TEST_CLIENT_ESM');
    expect(text).toContain('> 1 |');
  });

  test('and so are imports that end in .js', async () => {
    const text = await failure({
      'tsconfig.json': `{ "compilerOptions": { "module": "nodenext", "moduleResolution": "nodenext" } }\n`,
      'prisma/schema.prisma': schema('', 'provider = "prisma-client"\n  output = "../generated"'),
    });
    expect(text).toContain('PRISMA_TEST_CLIENT_IMPORTS');
    expect(text).toContain(`moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' }`.replaceAll('\\', '/'));
  });
});

describe('a client of another Prisma project', () => {
  const other = (provider: string): Record<string, string> => ({
    'other/prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: './schema.prisma', datasource: { url: 'file:./other.db' } });\n`,
    'other/schema.prisma': `generator client {
  provider = "${provider}"
  output   = "./generated"
  ${provider === 'prisma-client' ? 'moduleFormat = "cjs"' : ''}
}

datasource db {
  provider = "sqlite"
}

model Event {
  id Int @id
}
`,
    '__tests__/first.test.ts': `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../other/generated/${provider === 'prisma-client' ? 'client' : 'index.js'}';
test('x', async () => {
  const client = new PrismaClient({ adapter: new PrismaLibSql({ url: 'file:' + __dirname + '/other.db' }) });
  await client.$executeRawUnsafe('CREATE TABLE IF NOT EXISTS "Event" (id INTEGER PRIMARY KEY)');
  expect(await client.event.count()).toBe(0);
});\n`,
  });

  test.each([['prisma-client'], ['prisma-client-js']])('is refused at its first query (%s)', async (provider) => {
    const text = await failure(other(provider));
    expect(text).toContain('PRISMA_TEST_CLIENT_UNDECLARED');
    expect(text).toContain(`testEnvironmentOptions: { databases: { other: { config: '../other/prisma.config.ts' } } }`);
    expect(text).toContain('__tests__/first.test.ts:5');
  });

  test.each([['prisma-client'], ['prisma-client-js']])('is let through with `passthrough` (%s)', async (provider) => {
    const run = await runJest('basic', [], { files: { ...other(provider), ...config('{ passthrough: true }') } });
    expect(run.outcomes).toEqual({ x: 'passed' });
  });

  test('is let in once it is declared', async () => {
    const files = { ...other('prisma-client'), ...config(`{ databases: { other: { config: './other/prisma.config.ts' } } }`) };
    const run = await runJest('basic', [], { files });
    expect(run.outcomes).toEqual({ x: 'passed' });
    expect(run.exitCode).toBe(0);
  });
});

test('two versions of the package in one test file', async () => {
  const dist = path.join(repository, 'dist');
  const other = '__tests__/node_modules/jest-environment-prisma';
  const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as { version: string };
  const text = await failure({
    // Without a name of its own the project is part of this package, which finds itself first.
    'package.json': '{ "name": "user" }',
    ...Object.fromEntries(
      readdirSync(dist)
        .filter((file) => file.endsWith('.cjs'))
        .map((file) => [`${other}/dist/${file}`, readFileSync(path.join(dist, file), 'utf8').replaceAll(`"${version}"`, '"99.0.0"')]),
    ),
    [`${other}/package.json`]: readFileSync(path.join(repository, 'package.json'), 'utf8'),
    '__tests__/first.test.ts': `import { fixture } from 'jest-environment-prisma/fixtures';\ntest('x', () => expect(fixture).toBeDefined());\n`,
  });
  expect(text).toContain('Two versions of jest-environment-prisma meet in one test file: jest-environment-prisma/fixtures is of 99.0.0');
  expect(text).toContain('PRISMA_TEST_TWO_COPIES');
  expect(text).toContain('at __tests__/first.test.ts:');
});

test('each of them is documented under its own words', () => {
  for (const code of [
    'CLIENT_MISSING',
    'CLIENT_OUTDATED',
    'CLIENT_ESM',
    'CLIENT_IMPORTS',
    'CLIENT_EXPORT',
    'CLIENT_UNDECLARED',
    'TWO_COPIES',
  ]) {
    expect(docs).toContain(`\n\`PRISMA_TEST_${code}\`\n`);
  }
});
