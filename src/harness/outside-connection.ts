import { createError } from '../errors';
import type { TestDatabase } from './test-database';

/**
 * Every driver adapter of Prisma's, by its factory's name. A client that has joined never asks its app's adapter for a
 * connection, so who does is a client that nobody knows: one whose runtime lies where none was looked for.
 */
export const adapterFactories: readonly { readonly name: string; readonly exportName: string }[] = [
  { name: '@prisma/adapter-better-sqlite3', exportName: 'PrismaBetterSqlite3' },
  { name: '@prisma/adapter-libsql', exportName: 'PrismaLibSql' },
  { name: '@prisma/adapter-pg', exportName: 'PrismaPg' },
  { name: '@prisma/adapter-neon', exportName: 'PrismaNeon' },
  { name: '@prisma/adapter-mariadb', exportName: 'PrismaMariaDb' },
  { name: '@prisma/adapter-planetscale', exportName: 'PrismaPlanetScale' },
  { name: '@prisma/adapter-mssql', exportName: 'PrismaMssql' },
];

/** Why an app's adapter may not open a connection; `undefined` where the options let strangers through. */
export function outsideConnection(databases: readonly TestDatabase[], adapterName: string): Error | undefined {
  if (databases.some(({ options }) => options.passthrough)) return undefined;
  return createError({
    code: 'PRISMA_TEST_CLIENT_UNDECLARED',
    message: `A connection of ${adapterName} was refused: the client that asks for it is of a Prisma project that is not declared to the test environment.`,
    cure:
      'declare its Prisma project, or let such clients through to whatever database they name:\n' +
      "testEnvironmentOptions: { databases: { other: { config: '../other/prisma.config.ts' } } }\n" +
      'testEnvironmentOptions: { passthrough: true }',
  });
}
