import { createError } from './errors';
import type { ResolvedDatabaseOptions, ResolvedOptions } from './options';
import { nearestName } from './options-nearest';
import { oneOf, text, type ValueReader } from './options-values';

/** What a test file may say of itself in its docblock. */
export interface Pragmas {
  readonly isolation?: ResolvedDatabaseOptions['isolation'];
  readonly access?: ResolvedDatabaseOptions['access'];
  readonly log?: ResolvedDatabaseOptions['log'];
  /** Names of the databases that the file uses; the others are denied. */
  readonly databases?: readonly string[];
}

const wordList: ValueReader<readonly string[]> = (option) => text(option).split(/[\s,]+/);

const readers = {
  isolation: oneOf('transaction', 'truncate', 'clone', 'none'),
  access: oneOf('allow', 'deny'),
  log: oneOf('failed', 'all', 'none'),
  databases: wordList,
} satisfies { readonly [K in keyof Required<Pragmas>]: unknown };

/**
 * Reads `@prisma-isolation`, `@prisma-access`, `@prisma-log` and `@prisma-databases` out of a file's docblock pragmas as Jest gives them.
 * Another `@prisma-…` is an error; pragmas of others are none of our business.
 */
export function readPragmas(docblock: Readonly<Record<string, string | readonly string[]>>, rootDir = ''): Pragmas {
  const found: Record<string, unknown> = {};
  for (const [pragma, values] of Object.entries(docblock)) {
    if (!pragma.startsWith('prisma-')) continue;
    const key = pragma.slice('prisma-'.length);
    if (!Object.hasOwn(readers, key)) throw unknownPragma(pragma);
    const value = typeof values === 'string' ? values.trim() : values.map((one) => one.trim()).join(' ');
    found[key] = readers[key as keyof typeof readers]({ value, key: `@${pragma}`, holder: `the file's docblock`, rootDir });
  }
  return Object.freeze(found);
}

/** The options of one file: its pragmas hold for every database, or for those that it names. */
export function withPragmas(options: ResolvedOptions, pragmas: Pragmas): ResolvedOptions {
  if (Object.keys(pragmas).length === 0) return options;
  const { databases: used, ...changes } = pragmas;
  refuseUnknownDatabase(used ?? [], options);
  const [first, ...others] = options.databases;
  const change = (database: ResolvedDatabaseOptions): ResolvedDatabaseOptions =>
    Object.freeze({ ...database, ...changes, ...denialOf(database.name, pragmas) });
  return Object.freeze({ ...options, databases: Object.freeze([change(first), ...others.map(change)] as const) });
}

function denialOf(database: string, { access, databases }: Pragmas): Partial<ResolvedDatabaseOptions> {
  if (access === 'deny') {
    const cure = 'remove the pragma, or move the test to a file that may use the database';
    return { denial: { because: 'this file says `@prisma-access deny`', cure } };
  }
  if (!databases) return {};
  if (databases.includes(database)) return { access: 'allow' };
  const because = `this file uses other databases than '${database}', it says \`@prisma-databases ${databases.join(' ')}\``;
  return { access: 'deny', denial: { because, cure: `write \`@prisma-databases ${[...databases, database].join(' ')}\`` } };
}

function refuseUnknownDatabase(used: readonly string[], options: ResolvedOptions): void {
  const known = options.databases.map(({ name }) => name);
  const unknown = used.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw createError({
    code: 'PRISMA_TEST_DATABASE_UNKNOWN',
    message: `Unknown database '${unknown}' in the file's docblock.`,
    facts: { pragma: `@prisma-databases ${used.join(' ')}`, known: known.join(', ') },
    cure:
      nearest === undefined
        ? `declare it: testEnvironmentOptions: { databases: { ${unknown}: { … } } }, or name one of those that are`
        : `write \`@prisma-databases ${used.map((name) => (name === unknown ? nearest : name)).join(' ')}\``,
  });
}

function unknownPragma(pragma: string): Error {
  const known = Object.keys(readers).map((key) => `prisma-${key}`);
  const nearest = nearestName(pragma, known);
  return createError({
    code: 'PRISMA_TEST_OPTION_UNKNOWN',
    message: `Unknown option \`@${pragma}\` in the file's docblock.`,
    facts: { known: known.map((name) => `@${name}`).join(', ') },
    cure: nearest === undefined ? 'take it out' : `write \`@${nearest}\``,
  });
}
