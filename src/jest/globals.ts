import type { TestDatabaseHandle } from '../realm/install-globals';
import type { LostWrite } from '../session';

/**
 * The clients of a project, by database. Make it known to TypeScript once:
 *
 * ```ts
 * declare module 'jest-environment-prisma/globals' {
 *   interface Clients { default: import('@prisma/client').PrismaClient }
 * }
 * ```
 */
export interface Clients {}

/** The client of a database, `never` as long as {@link Clients} does not tell. */
export type ClientOf<Name extends string> = Name extends keyof Clients ? Clients[Name] : never;

/** The handle on the test environment, as `prismaTest`. */
export interface PrismaTest {
  /** URL of the default database of this worker. */
  readonly url: string;
  /**
   * Writes of this test that the root client made inside of a `$transaction` callback and that went with its rollback,
   * as on one connection they must. In production they stay: there it is another connection.
   */
  readonly lostWrites: readonly LostWrite[];
  /** Inside of a `describe`: its tests are isolated in this way, whatever the file says. */
  isolate(mode: 'transaction' | 'truncate' | 'clone' | 'none'): void;
  // oxlint-disable-next-line typescript/no-redundant-type-constituents -- users add names to Clients
  readonly databases: { readonly [Name in keyof Clients | 'default']: TestDatabaseHandle<ClientOf<Name>> };
}

declare global {
  /** The client of the default database; every test's work with it is rolled back. */
  var prisma: ClientOf<'default'>;
  var prismaTest: PrismaTest;
}

/** Matchers for query budgets; `await` them. */
interface QueryMatchers<R> {
  /** The function sends exactly so many statements to the databases. */
  toExecuteQueries(expected: number): Promise<R>;
  /** The function sends at most so many statements to the databases. */
  toExecuteQueriesAtMost(max: number): Promise<R>;
}

declare global {
  // `expect` as a global, of @types/jest.
  namespace jest {
    interface Matchers<R> extends QueryMatchers<R> {}
  }
}

// `expect` of @jest/globals.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> extends QueryMatchers<R> {}
}
