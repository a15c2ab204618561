import path from 'node:path';
import { createError, type PrismaTestError } from '../errors';
import { describeOperation, type Operation, type Scope, type TransactionLabel } from '../sandbox/call-context';

/** A query that was still under way when its test ended. */
export function unawaitedQuery(operation: Operation, scope: Scope, sql: string | undefined): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_UNAWAITED_QUERY',
    message: `The ${scope.kind} ended while a query of it was still running.`,
    facts: { query: describeOperation(operation), sql: sql?.slice(0, 400), [scope.kind]: scope.name },
    cure: 'await it; a query that goes on after its test would meet the next one.',
  });
}

/** A transaction that was still open when its test ended. It has been rolled back. */
export function abandonedTransaction(label: TransactionLabel, scope: Scope): PrismaTestError {
  const location = label.site.location();
  return createError({
    code: 'PRISMA_TEST_OPEN_TRANSACTION',
    message: `The ${scope.kind} ended while a transaction of it was open.`,
    facts: { transaction: `prisma.$transaction()${location ? ` at ${location}` : ''}`, [scope.kind]: scope.name },
    cure: 'await prisma.$transaction(), and see that its callback returns.',
  });
}

/** Shows the user's line under an error instead of ours, or no line where it is not known. */
export function placeAt(error: PrismaTestError, location: string | undefined, rootDir: string): PrismaTestError {
  error.stack = `${error.name}: ${error.message}${location === undefined ? '' : `\n    at ${path.resolve(rootDir, location)}`}`;
  return error;
}
