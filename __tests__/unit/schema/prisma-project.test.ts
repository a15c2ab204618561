import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeGlobal } from '../../../src/schema/node-require';
import { loadPrismaProject } from '../../../src/schema/prisma-project';
import type { PrismaProject } from '../../../src/schema/schema-source';
import { errorOf } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

/** The environment that configs are evaluated in; Jest gives tests a copy of it. */
const { env } = nodeGlobal()['process'] as NodeJS.Process;
const repository = path.resolve(__dirname, '../../..');
const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
const config = (body: string): string => `import { defineConfig, env } from 'prisma/config';\nexport default defineConfig({ ${body} });\n`;

let root: string;
let cacheDir: string;

beforeEach(() => {
  mkdirSync(path.join(repository, '.tmp'), { recursive: true });
  root = mkdtempSync(path.join(repository, '.tmp', 'schema-project-'));
  cacheDir = path.join(root, 'cache');
  write({ '.git/HEAD': '', 'cache/keep': '' });
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const name of Object.keys(env)) if (name.startsWith('SCHEMA_CHAPTER_')) delete env[name];
});

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

function load(options: { rootDir?: string; config?: string; schema?: string } = {}): Promise<PrismaProject> {
  return loadPrismaProject({ ...options, rootDir: path.join(root, options.rootDir ?? ''), cacheDir, env });
}

function cacheEntries(): string[] {
  return readdirSync(cacheDir).filter((name) => name.startsWith('prisma-config-'));
}

describe('where a project is found', () => {
  test.each(['schema.prisma', 'prisma/schema.prisma'])('without a config: %s', async (place) => {
    write({ [place]: schema });
    const project = await load();
    expect(project).toMatchObject({ configFile: undefined, baseDir: root, provider: 'sqlite', url: undefined });
    expect(project.files).toEqual([{ path: path.join(root, place), content: schema }]);
    expect(project.migrationsPath).toBe(path.join(root, path.dirname(place), 'migrations'));
  });

  test.each([
    ['prisma.config.ts', config(`schema: 'db', datasource: { url: 'file:./a.db' }`)],
    ['prisma.config.mts', config(`schema: './db', datasource: { url: 'file:./a.db' }`)],
    ['prisma.config.mjs', `export default { schema: 'db', datasource: { url: 'file:./a.db' } };`],
    ['prisma.config.cjs', `module.exports = { schema: 'db', datasource: { url: 'file:./a.db' } };`],
    ['.config/prisma.ts', config(`schema: '../db', datasource: { url: 'file:./a.db' }`)],
    ['.config/prisma.config.ts', config(`schema: '../db', datasource: { url: 'file:./a.db' }`)],
  ])('%s with a folder of schemas', async (name, text) => {
    write({
      [name]: text,
      'db/b.prisma': 'model B {\n  id Int @id\n}\n',
      'db/a.prisma': schema,
      'db/sub/c.prisma': '// c\n',
      'db/readme.md': '',
    });
    const project = await load();
    expect(project).toMatchObject({ configFile: path.join(root, name), baseDir: path.dirname(path.join(root, name)), url: 'file:./a.db' });
    expect(project.files.map(({ path: file }) => path.relative(root, file))).toEqual(
      ['db/a.prisma', 'db/b.prisma', 'db/sub/c.prisma'].map((file) => path.normalize(file)),
    );
    expect(project.migrationsPath).toBe(path.join(root, 'db/migrations'));
  });

  test('above the root directory, no higher than the repository', async () => {
    write({
      'prisma.config.ts': config(`schema: 'prisma/schema.prisma'`),
      'prisma/schema.prisma': schema,
      'packages/app/package.json': '{}',
    });
    await expect(load({ rootDir: 'packages/app' })).resolves.toMatchObject({ baseDir: root });
    write({ 'packages/package.json': '{ "workspaces": ["*"] }' });
    expect((await errorOf(() => load({ rootDir: 'packages/app' }))).code).toBe('PRISMA_TEST_PROJECT_NOT_FOUND');
  });

  test('nowhere: the error has the places and the line for the one that was meant', async () => {
    write({ 'packages/db/prisma.config.ts': '', 'apps/readme.md': '' });
    const error = await errorOf(() => load());
    expect(error.code).toBe('PRISMA_TEST_PROJECT_NOT_FOUND');
    expect(error.message).toContain(root);
    expect(error.message).toContain("testEnvironmentOptions: { config: './packages/db/prisma.config.ts' }");
    write({ 'packages/db/prisma.config.ts': '' });
    rmSync(path.join(root, 'packages'), { recursive: true });
    write({ 'apps/web/prisma/schema.prisma': schema });
    expect((await errorOf(() => load())).message).toContain("{ schema: './apps/web/prisma/schema.prisma' }");
  });

  test('by the options `config` and `schema`', async () => {
    write({ 'db/prisma.config.ts': config(`datasource: { url: 'file:x.db' }`), 'db/prisma/schema.prisma': schema, 'other.prisma': schema });
    await expect(load({ config: './db/prisma.config.ts' })).resolves.toMatchObject({ url: 'file:x.db', baseDir: path.join(root, 'db') });
    await expect(load({ config: 'db' })).resolves.toMatchObject({ url: 'file:x.db' });
    expect((await load({ config: 'db', schema: 'other.prisma' })).files[0]?.path).toBe(path.join(root, 'other.prisma'));
    expect((await load({ schema: 'other.prisma' })).files[0]?.path).toBe(path.join(root, 'other.prisma'));
    const error = await errorOf(() => load({ config: 'db/prisma.config.js' }));
    expect(error.code).toBe('PRISMA_TEST_CONFIG_NOT_FOUND');
    expect(error.message).toContain("config: './db/prisma.config.ts'");
  });
});

test('everything of the config that tests need', async () => {
  write({
    'prisma.config.ts': config(`
      schema: 'prisma/schema.prisma', experimental: { externalTables: true },
      datasource: { url: env('SCHEMA_CHAPTER_URL') },
      migrations: { path: 'db/migrations', seed: 'node seed.js', initShadowDb: 'CREATE TABLE users (id int)' },
      views: { path: 'db/views' }, tables: { external: ['users'] }, enums: { external: ['role'] }`),
    'prisma/schema.prisma':
      'generator a {\n  provider = "prisma-client"\n  output = "../src/generated"\n  moduleFormat = "cjs"\n  importFileExtension = "ts"\n}\n' +
      'generator b {\n  provider = "prisma-client-js"\n}\ngenerator c {\n  provider = "zod"\n  output = "x"\n}\ndatasource db {\n  provider = "postgres"\n}\n',
  });
  env['SCHEMA_CHAPTER_URL'] = 'postgres://u:secret@h/d';
  const expected = {
    provider: 'postgresql',
    url: 'postgres://u:secret@h/d',
    generators: [
      { name: 'a', provider: 'prisma-client', output: path.join(root, 'src/generated'), moduleFormat: 'cjs', importFileExtension: 'ts' },
      { name: 'b', provider: 'prisma-client-js', output: undefined, moduleFormat: undefined, importFileExtension: undefined },
    ],
    externalTables: ['users'],
    externalEnums: ['role'],
    viewsPath: path.join(root, 'db/views'),
    migrationsPath: path.join(root, 'db/migrations'),
    initShadowDb: 'CREATE TABLE users (id int)',
    seedCommand: 'node seed.js',
  };
  await expect(load()).resolves.toMatchObject(expected);
  await expect(load()).resolves.toMatchObject(expected);
});

describe('a URL that is not there', () => {
  test('of a variable that is not set is undefined, and the environment is as before', async () => {
    write({
      'schema.prisma': schema,
      'prisma.config.ts': config(
        `schema: 'schema.prisma', datasource: { url: env('SCHEMA_CHAPTER_A'), shadowDatabaseUrl: env('SCHEMA_CHAPTER_B') }`,
      ),
    });
    await expect(load()).resolves.toMatchObject({ url: undefined, provider: 'sqlite' });
    expect(Object.keys(env).filter((name) => name.startsWith('SCHEMA_CHAPTER_'))).toEqual([]);
    env['SCHEMA_CHAPTER_A'] = 'file:a.db';
    await expect(load()).resolves.toMatchObject({ url: 'file:a.db' });
  });

  test('of a config without a datasource is undefined', async () => {
    write({ 'schema.prisma': schema, 'prisma.config.ts': config('') });
    await expect(load()).resolves.toMatchObject({ url: undefined });
  });
});

describe('the cache', () => {
  const counting = 'globalThis.__schemaChapter = (globalThis.__schemaChapter ?? 0) + 1;';

  test('evaluates again only when something changes that decides the result', async () => {
    write({
      'schema.prisma': schema,
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';\nimport { external } from './external';\nexport default defineConfig({ schema: 'schema.prisma', experimental: { externalTables: true }, tables: { external }, datasource: { url: process.env.SCHEMA_CHAPTER_URL ?? 'file:./b.db' } });\n`,
      'external.ts': `export const external = ['a'];\n`,
    });
    await expect(load()).resolves.toMatchObject({ url: 'file:./b.db', externalTables: ['a'] });
    const [entry = ''] = cacheEntries();
    const file = path.join(cacheDir, entry);
    const first = readFileSync(file, 'utf8');
    writeFileSync(file, first.replace('["a"]', '["from the cache"]'));
    await expect(load()).resolves.toMatchObject({ externalTables: ['from the cache'], url: 'file:./b.db' });

    env['SCHEMA_CHAPTER_URL'] = 'file:./c.db';
    await expect(load()).resolves.toMatchObject({ externalTables: ['a'], url: 'file:./c.db' });
    write({ 'external.ts': `export const external = ['b'];\n` });
    await expect(load()).resolves.toMatchObject({ externalTables: ['b'] });
    expect(cacheEntries()).toEqual([entry]);
  });

  test('never holds a URL', async () => {
    write({
      'schema.prisma': schema,
      'prisma.config.ts': config(`schema: 'schema.prisma', datasource: { url: env('SCHEMA_CHAPTER_URL') }`),
    });
    env['SCHEMA_CHAPTER_URL'] = 'postgres://u:secret-word@h/d';
    await load();
    expect(cacheEntries()).toHaveLength(1);
    for (const name of cacheEntries()) expect(readFileSync(path.join(cacheDir, name), 'utf8')).not.toContain('secret-word');
    await expect(load()).resolves.toMatchObject({ url: 'postgres://u:secret-word@h/d' });
  });

  test('a file that is damaged is no cache', async () => {
    write({ 'schema.prisma': schema, 'prisma.config.ts': config(`schema: 'schema.prisma'`) });
    await load();
    for (const damage of ['', '{', 'null', '[]', '{"key":1}']) {
      write({ [`cache/${cacheEntries()[0] ?? ''}`]: damage });
      await expect(load()).resolves.toMatchObject({ provider: 'sqlite' });
    }
  });

  test('a folder that cannot be written is no error', async () => {
    write({ 'schema.prisma': schema, 'prisma.config.ts': config(`schema: 'schema.prisma'`) });
    rmSync(cacheDir, { recursive: true });
    await expect(load()).resolves.toMatchObject({ provider: 'sqlite' });
    expect(existsSync(cacheDir)).toBe(false);
  });

  test.each([
    ['the whole environment', 'const { SCHEMA_CHAPTER_URL: url } = process.env;'],
    ['a computed variable', `const url = process.env['SCHEMA_' + 'CHAPTER_URL'];`],
    ['an unknown package', `import dedent from 'semver';\nconst url = 'file:x.db';`],
    ['the clock', `const url = 'file:' + (Date.now() > 0 ? 'x.db' : '');`],
    ['a global', `const url = 'file:x.db'; ${counting}`],
    ['the file system', `import { existsSync } from 'node:fs';\nconst url = existsSync('x') ? 'y' : 'file:x.db';`],
    ['the working directory', `const url = process.cwd() && 'file:x.db';`],
    ['dotenv with options', `import { config } from 'dotenv';\nconfig({ path: '.env.other', quiet: true });\nconst url = 'file:x.db';`],
    ['a computed URL', 'const url = `file:${process.env.SCHEMA_CHAPTER_NAME ?? "x"}.db`;'],
    ['env by another name', `import { env as read } from 'prisma/config';\nconst url = 'file:x.db';`],
  ])('a config that reads %s is evaluated each time', async (_, lines) => {
    write({ 'schema.prisma': schema, 'prisma.config.ts': `${lines}\nexport default { schema: 'schema.prisma', datasource: { url } };\n` });
    await load();
    expect(cacheEntries()).toEqual([]);
  });

  test.each([
    ['dotenv', `import 'dotenv/config';`],
    ['dotenv called', `import dotenv from 'dotenv';\ndotenv.config({ quiet: true });`],
    ['node:path', `import path from 'node:path';\nconst here = path.join(__dirname, 'x');`],
    ['comments and strings that look like code', `// process.env is not read here: fetch(), import('x')\nconst text = 'process.env';`],
    ['types', `import type { PrismaConfig } from 'prisma/config';`],
  ])('a config that uses %s is cached', async (_, lines) => {
    write({
      'schema.prisma': schema,
      'prisma.config.ts': `${lines}\nexport default { schema: 'schema.prisma', datasource: { url: process.env['SCHEMA_CHAPTER_URL'] } };\n`,
    });
    env['SCHEMA_CHAPTER_URL'] = 'file:x.db';
    await load();
    expect(cacheEntries()).toHaveLength(1);
    await expect(load()).resolves.toMatchObject({ url: 'file:x.db' });
  });

  test('a CommonJS config is cached', async () => {
    const text = `module.exports = { schema: 'schema.prisma', datasource: { url: process.env.SCHEMA_CHAPTER_URL ?? 'file:x.db' } };\n`;
    write({ 'schema.prisma': schema, 'prisma.config.js': text });
    await load();
    expect(cacheEntries()).toHaveLength(1);
    await expect(load()).resolves.toMatchObject({ url: 'file:x.db' });
  });

  test('the `.env` that the config loads is there without evaluating it', async () => {
    write({
      'schema.prisma': schema,
      'x.env': 'SCHEMA_CHAPTER_URL="file:from-dotenv.db"\n',
      'prisma.config.ts': `import 'dotenv/config';\n${config(`schema: 'schema.prisma', datasource: { url: env('SCHEMA_CHAPTER_URL') }`)}`,
    });
    env['DOTENV_CONFIG_PATH'] = path.join(root, 'x.env');
    env['DOTENV_CONFIG_QUIET'] = 'true';
    try {
      for (const _ of ['evaluated', 'cached']) {
        delete env['SCHEMA_CHAPTER_URL'];
        await expect(load()).resolves.toMatchObject({ url: 'file:from-dotenv.db' });
        expect(env['SCHEMA_CHAPTER_URL']).toBe('file:from-dotenv.db');
        expect(cacheEntries()).toHaveLength(1);
      }
    } finally {
      delete env['DOTENV_CONFIG_PATH'];
      delete env['DOTENV_CONFIG_QUIET'];
    }
  });
});

describe('errors', () => {
  test.each<[string, string, Record<string, string>]>([
    ['a config that throws', 'PRISMA_TEST_CONFIG_INVALID', { 'prisma.config.ts': `throw new Error('no luck');` }],
    ['a config with an unknown key', 'PRISMA_TEST_CONFIG_INVALID', { 'prisma.config.ts': `export default { shema: 'x' };` }],
    ['a schema that is not there', 'PRISMA_TEST_SCHEMA_NOT_FOUND', { 'prisma.config.ts': config(`schema: 'nope.prisma'`) }],
    ['a folder without a schema', 'PRISMA_TEST_SCHEMA_NOT_FOUND', { 'prisma.config.ts': config(`schema: 'cache'`) }],
    ['no schema at all', 'PRISMA_TEST_SCHEMA_NOT_FOUND', { 'prisma.config.ts': config('') }],
    ['no datasource', 'PRISMA_TEST_DATASOURCE_MISSING', { 'schema.prisma': 'model A {\n  id Int @id\n}\n' }],
    ['an unknown provider', 'PRISMA_TEST_PROVIDER_UNKNOWN', { 'schema.prisma': schema.replace('sqlite', 'sqlit') }],
  ])('%s', async (_, code, files) => {
    write(files);
    const error = await errorOf(() => load());
    expect(error.code).toBe(code);
  });
});
