import { createError, type PrismaTestError } from '../errors';
import type { TestDatabase } from './test-database';

/** The app's adapter became known when the connection was in use already. */
export function lateAdapter(database: TestDatabase): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_ADAPTER_LATE',
    message: `The app's client of database '${database.name}' was made after this file had queried the database with other adapter options.`,
    cure:
      "import the app's client before the first query, name it (testEnvironmentOptions: { client: './src/db.ts' }),\n" +
      "or say how the adapter is made: testEnvironmentOptions: { adapter: './test/adapter.ts' }",
  });
}
