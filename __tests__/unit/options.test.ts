import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isPrismaTestError } from '../../src/errors';
import { readOptions } from '../../src/options-reader';
import { readPragmas, withPragmas } from '../../src/options-pragmas';
import type { ResolvedOptions } from '../../src/options';

let rootDir: string;

beforeAll(() => {
  rootDir = mkdtempSync(path.join(tmpdir(), 'options-'));
  mkdirSync(path.join(rootDir, 'src'));
  for (const file of ['package.json', 'prisma.config.ts', 'src/db.ts', 'src/we#ird.ts', 'view.sql', 'extra.prisma'])
    writeFileSync(path.join(rootDir, file), '');
});
afterAll(() => rmSync(rootDir, { recursive: true, force: true }));

const read = (raw: unknown, env = {}): ResolvedOptions => readOptions(raw, { rootDir, env });

function failure(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (error) {
    if (isPrismaTestError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('without options', () => {
  test('every default is filled in', () => {
    const [database, ...others] = read({}).databases;
    expect(others).toEqual([]);
    expect(database).toEqual({
      name: 'default',
      config: undefined,
      schema: undefined,
      client: undefined,
      adapter: undefined,
      url: undefined,
      external: 'create',
      overlay: [],
      exclude: [],
      sql: [],
      source: 'push',
      push: 'auto',
      seed: false,
      isolation: 'transaction',
      access: 'allow',
      log: 'failed',
      env: [],
      passthrough: false,
    });
  });

  test('no options at all are as good as empty ones', () => expect(read(undefined)).toEqual(read({})));

  test('the cache is in the package that the root directory belongs to', () => {
    const inSrc = readOptions({}, { rootDir: path.join(rootDir, 'src') });
    expect(inSrc.cacheDir).toBe(path.join(rootDir, 'node_modules', '.cache', 'jest-environment-prisma'));
  });

  test('the environment can name the cache and ask for timing', () => {
    const options = read({}, { PRISMA_TEST_CACHE_DIR: 'cache', PRISMA_TEST_TIMING: '1' });
    expect(options).toMatchObject({ cacheDir: path.join(rootDir, 'cache'), timing: true });
    expect(read({}, { PRISMA_TEST_TIMING: '0' }).timing).toBe(false);
  });

  test('the result is frozen all the way down', () => {
    const options = read({ external: { omit: ['a'] } });
    expect([options, options.databases, options.databases[0], options.databases[0].external].every(Object.isFrozen)).toBe(true);
  });
});

describe('paths', () => {
  test('are made absolute against the root directory, `<rootDir>` included', () => {
    const [database] = read({ config: '<rootDir>/prisma.config.ts', sql: ['./view.sql'], overlay: ['extra.prisma'] }).databases;
    expect(database).toMatchObject({
      config: path.join(rootDir, 'prisma.config.ts'),
      sql: [path.join(rootDir, 'view.sql')],
      overlay: [path.join(rootDir, 'extra.prisma')],
    });
  });

  test.each([
    ['./src/db.ts', 'src/db.ts', undefined],
    ['./src/db', 'src/db.ts', undefined],
    ['./src/db.ts#prisma', 'src/db.ts', 'prisma'],
    ['./src/we#ird.ts', 'src/we#ird.ts', undefined],
    ['./src/we#ird.ts#db', 'src/we#ird.ts', 'db'],
  ])('`client: %j` names a module and maybe an export', (client, file, name) => {
    expect(read({ client }).databases[0].client).toEqual({ path: path.join(rootDir, file), name });
  });

  test.each([
    [{ config: 'nope.config.ts' }, 'config'],
    [{ sql: ['view.sql', 'nope.sql'] }, 'sql'],
    [{ client: './src' }, 'client'],
    [{ seed: './seed.ts' }, 'seed'],
    [{ baseEnvironment: './env.ts' }, 'baseEnvironment'],
  ])('a file that is not there is an error: %j', (raw, key) => {
    const { code, message } = failure(() => read(raw));
    expect(code).toBe('PRISMA_TEST_OPTION_FILE_MISSING');
    expect(message).toContain(`\`${key}\``);
    expect(message).toContain(`rootDir, ${rootDir}`);
  });
});

describe('strictness', () => {
  test.each([
    [{ isolaton: 'clone' }, 'testEnvironmentOptions', 'isolation'],
    [{ Config: 'x' }, 'testEnvironmentOptions', 'config'],
    [{ databases: { service: { shcema: 'x' } } }, 'testEnvironmentOptions.databases.service', 'schema'],
    [{ external: { ommit: [] } }, 'testEnvironmentOptions.external', 'omit'],
  ])('an unknown key names the nearest: %j', (raw, holder, nearest) => {
    const { code, message } = failure(() => read(raw));
    expect(code).toBe('PRISMA_TEST_OPTION_UNKNOWN');
    expect(message).toContain(`in ${holder}.`);
    expect(message).toContain(`write \`${nearest}\``);
  });

  test('a key that resembles nothing is sent to the base environment', () => {
    expect(failure(() => read({ zzzzzzzzz: 1 })).message).toContain('baseEnvironmentOptions');
  });

  test.each([
    [{ overlay: 'extra.prisma' }, `write \`overlay: ['extra.prisma']\``],
    [{ overlay: [1] }, 'but it is the number 1'],
    [{ isolation: 'clones' }, `write \`isolation: 'clone'\``],
    [{ isolation: null }, 'but it is null'],
    [{ timing: 'yes' }, '`true` or `false`'],
    [{ url: '' }, 'an empty text'],
    [{ seed: 1 }, 'the path of a module'],
    [{ external: true }, `one of 'create', 'omit'`],
    [{ databases: ['a'] }, 'must be an object'],
    [{ databases: { default: {} } }, 'one level up'],
    [{ databases: { 'a b': {} } }, 'no name for a database'],
    [{ databases: { service: 'x' } }, 'must be an object'],
    [{ baseEnvironment: 'jsdom', url: 'http://localhost:3000/' }, `baseEnvironmentOptions: { url: 'http://localhost:3000/' }`],
    ['text', 'must be an object'],
  ])('a wrong type says what was expected: %j', (raw, words) => {
    const { code, message } = failure(() => read(raw));
    expect(code).toBe('PRISMA_TEST_OPTION_TYPE');
    expect(message).toContain(words);
  });

  test('`undefined` is the same as not given', () => expect(read({ url: undefined })).toEqual(read({})));
});

describe('the base environment', () => {
  test('sees its own options and none of ours', () => {
    const options = read({ url: 'file:./a.db', html: '<p>', baseEnvironment: 'jsdom', baseEnvironmentOptions: { url: 'https://a.b/' } });
    expect(options.baseOptions).toEqual({ html: '<p>', url: 'https://a.b/' });
    expect(options.databases[0].url).toBe('file:./a.db');
  });
});

describe('further databases', () => {
  test('have defaults of their own, and follow the first in how tests treat them', () => {
    const raw = {
      config: 'prisma.config.ts',
      isolation: 'clone',
      log: 'all',
      databases: { service: { exclude: ['A'] }, other: { isolation: 'none' } },
    };
    const [, service, other] = read(raw).databases;
    expect(service).toMatchObject({ name: 'service', config: undefined, exclude: ['A'], isolation: 'clone', log: 'all' });
    expect(other).toMatchObject({ name: 'other', isolation: 'none' });
  });
});

describe('pragmas', () => {
  test('of this package are read, others are left alone', () => {
    expect(readPragmas({ 'prisma-isolation': 'clone', 'prisma-log': ['all'], jest: 'x' })).toEqual({ isolation: 'clone', log: 'all' });
  });

  test('hold for every database of the file', () => {
    const options = withPragmas(read({ databases: { service: {} } }), readPragmas({ 'prisma-access': 'deny' }));
    expect(options.databases.map(({ access }) => access)).toEqual(['deny', 'deny']);
    expect(Object.isFrozen(options.databases)).toBe(true);
  });

  test('a mistyped one names the nearest', () => {
    const { code, message } = failure(() => readPragmas({ 'prisma-isolatoin': 'clone' }));
    expect(code).toBe('PRISMA_TEST_OPTION_UNKNOWN');
    expect(message).toContain('write `@prisma-isolation`');
  });

  test('a wrong word shows the line to write', () => {
    const { code, message } = failure(() => readPragmas({ 'prisma-access': 'denny' }));
    expect(code).toBe('PRISMA_TEST_OPTION_TYPE');
    expect(message).toContain('write `@prisma-access deny`');
  });
});

test('every code of the options has an entry in the docs', () => {
  const docs = readFileSync(path.join(__dirname, '../../docs/errors/options.md'), 'utf8');
  for (const code of ['PRISMA_TEST_OPTION_UNKNOWN', 'PRISMA_TEST_OPTION_TYPE', 'PRISMA_TEST_OPTION_FILE_MISSING'])
    expect(docs).toContain(`\`${code}\``);
});
