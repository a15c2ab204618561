import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { readSources, repository } from './source-files';

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, string | { readonly [condition: string]: { readonly types: string; readonly default: string } }>
  >;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as Manifest;
const dist = path.join(repository, 'dist');

/** Runs a line of code in a Node of its own, with the package as users see it. */
function node(code: string, ...flags: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', code], { cwd: repository, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe('exports', () => {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target).flatMap(({ types, default: file }) => [types, file]),
  );

  test('every file that the manifest names is built', () => {
    expect(targets.length).toBeGreaterThan(10);
    expect([...targets, ...Object.values(manifest.bin)].filter((file) => !existsSync(path.join(repository, file)))).toEqual([]);
  });

  test('every file that is built can be reached', () => {
    const reached = new Set([...targets, ...Object.values(manifest.bin)].map((file) => path.basename(file)));
    const built = readdirSync(dist).filter((file) => /\.[cm]js$/.test(file));
    const texts = new Map(built.map((file) => [file, readFileSync(path.join(dist, file), 'utf8')]));
    // Imported, or handed to Jest by its path.
    const isNamed = (file: string): boolean =>
      [...texts].some(([other, text]) => other !== file && new RegExp(`["'/]${file}["']`).test(text));
    // A command has no use for a second build of itself.
    const mirrors = new Set(Object.values(manifest.bin).map((file) => path.basename(file).replace('.cjs', '.mjs')));
    expect(built.filter((file) => !reached.has(file) && !isNamed(file) && !mirrors.has(file))).toEqual([]);
  });

  test('the environment is the default export, for require and for import', () => {
    const check = `typeof m.default === 'function' && m.default === m.TestEnvironment`;
    expect(node(`const m = require('${manifest.name}'); console.log(${check})`)).toBe('true');
    expect(node(`const m = await import('${manifest.name}'); console.log(${check})`, '--input-type=module')).toBe('true');
  });

  test.each(['global-setup', 'global-teardown'])('%s is a function, as Jest wants it', (entry) => {
    expect(node(`console.log(typeof require('${manifest.name}/${entry}').default)`)).toBe('function');
    expect(node(`console.log(typeof (await import('${manifest.name}/${entry}')).default)`, '--input-type=module')).toBe('function');
  });

  test.each(Object.entries(manifest.bin))('%s is executable', (_name, file) => {
    const target = path.join(repository, file);
    expect(readFileSync(target, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    if (process.platform !== 'win32') expect(statSync(target).mode & 0o111).not.toBe(0);
  });
});

describe('what runs in a test file stands alone and is small', () => {
  test.each(['setup-after-env', 'globals'])('%s', (entry) => {
    const text = readFileSync(path.join(dist, `${entry}.cjs`), 'utf8');
    expect(requiresOf(text)).toEqual(entry === 'globals' ? [] : ['@jest/globals']);
    expect(text.length).toBeLessThan(40_000);
  });
});

describe('dependencies', () => {
  const files = readdirSync(dist).filter((file) => file.endsWith('.cjs'));
  const required = new Set(files.flatMap((file) => requiresOf(readFileSync(path.join(dist, file), 'utf8'))));

  test('what the build loads is a dependency or a peer', () => {
    expect(required.size).toBeGreaterThan(2);
    // Jest's runtime gives it to what it loads.
    const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), '@jest/globals']);
    expect([...required].filter((name) => !known.has(name))).toEqual([]);
  });

  test('every peer is optional, and something in the sources asks for it', () => {
    const strings = new Set(readSources().flatMap((source) => source.strings));
    const mentions = (name: string): boolean =>
      [...strings].some((text) => text === name || text.startsWith(`${name}/`) || (name === `jest-environment-jsdom` && text === 'jsdom'));
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
    expect(peers.filter((name) => !mentions(name))).toEqual([]);
  });

  test('every adapter package that a provider knows is a peer', () => {
    const adapters = new Set(
      readSources()
        // The wiring also knows those of databases that it keeps clients away from.
        .filter((source) => source.name.startsWith('providers/'))
        .flatMap((source) => source.strings)
        .filter((text) => /^@prisma\/adapter-[\w-]+$/.test(text)),
    );
    expect(adapters.size).toBeGreaterThan(1);
    expect([...adapters].filter((name) => manifest.peerDependencies[name] === undefined)).toEqual([]);
  });
});

test('the tarball holds the build, the docs, and nothing else', () => {
  const npm = process.env['npm_execpath'];
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: repository, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: repository, encoding: 'utf8', shell: process.platform === 'win32' });
  const [packed] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  const files = packed.files.map((file) => file.path);
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'jest-preset.json',
      'docs/errors.md',
      'dist/index.cjs',
      'dist/index.d.mts',
    ]),
  );
  const expected =
    /^(dist\/[\w.-]+\.(?:cjs|mjs|d\.cts|d\.mts)|docs\/[\w./-]+\.(?:md|svg|png)|package\.json|README\.md|LICENSE|CHANGELOG\.md|jest-preset\.json)$/;
  expect(files.filter((file) => !expected.test(file))).toEqual([]);
});

/** Packages that a CommonJS file asks for, without Node's own. */
function requiresOf(text: string): string[] {
  const specifiers = [...text.matchAll(/\b(?:require|import)\(["']([^"'.$][^"'$]*)["']\)/g)].map((match) => match[1] ?? '');
  const packages = specifiers.map((specifier) =>
    specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(packages)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name)).toSorted();
}
