import { createError, type PrismaTestError } from '../errors';
import type { ResolvedDatabaseOptions } from '../options';
import { describeOperation, type Operation } from '../sandbox/call-context';

/** A query to a database that the file may not use, by its options, its docblock, or because it names others. */
export function accessDenied(
  path: string,
  database: string,
  options: ResolvedDatabaseOptions | undefined,
  operation?: Operation,
): PrismaTestError {
  const { because, cure } = options?.denial ?? {
    because: `the options say \`access: 'deny'\`${database === 'default' ? '' : ` for database '${database}'`}`,
    cure:
      'let this file use it with a line in its docblock: /** @prisma-access allow */\n' +
      'or move the test to a file that may use the database',
  };
  return createError({
    code: 'PRISMA_TEST_ACCESS_DENIED',
    message: `Database access not allowed: ${because}.`,
    facts: {
      query: operation && describeOperation(operation),
      database: database === 'default' ? undefined : database,
      file: path,
    },
    cure,
  });
}
