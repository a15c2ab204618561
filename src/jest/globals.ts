import type { TestDatabaseHandle } from '../realm/install-globals';

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

/** The client of a database, or `any` as long as {@link Clients} does not tell. */
type ClientOf<Name extends string> = Name extends keyof Clients ? Clients[Name] : never;

/** The handle on the test environment, as `prismaTest`. */
export interface PrismaTest {
  /** URL of the default database of this worker. */
  readonly url: string;
  readonly databases: { readonly [Name in keyof Clients | 'default']: TestDatabaseHandle<ClientOf<Name>> };
}

declare global {
  /** The client of the default database; every test's work with it is rolled back. */
  var prisma: ClientOf<'default'>;
  var prismaTest: PrismaTest;
}
