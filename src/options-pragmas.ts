import { createError } from './errors';
import type { ResolvedDatabaseOptions, ResolvedOptions } from './options';
import { nearestName } from './options-nearest';
import { oneOf } from './options-values';

/** What a test file may say of itself in its docblock. */
export interface Pragmas {
  readonly isolation?: ResolvedDatabaseOptions['isolation'];
  readonly access?: ResolvedDatabaseOptions['access'];
  readonly log?: ResolvedDatabaseOptions['log'];
}

const readers = {
  isolation: oneOf('transaction', 'truncate', 'clone', 'none'),
  access: oneOf('allow', 'deny'),
  log: oneOf('failed', 'all', 'none'),
} satisfies { readonly [K in keyof Required<Pragmas>]: unknown };

/**
 * Reads `@prisma-isolation`, `@prisma-access` and `@prisma-log` out of a file's docblock pragmas as Jest gives them.
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

/** The options of one file: its pragmas hold for every database. */
export function withPragmas(options: ResolvedOptions, pragmas: Pragmas): ResolvedOptions {
  if (Object.keys(pragmas).length === 0) return options;
  const [first, ...others] = options.databases;
  const change = (database: ResolvedDatabaseOptions): ResolvedDatabaseOptions => Object.freeze({ ...database, ...pragmas });
  return Object.freeze({ ...options, databases: Object.freeze([change(first), ...others.map(change)] as const) });
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
