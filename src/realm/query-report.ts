import { createError } from '../errors';

/** More or fewer statements than were allowed. The stack begins at the user's line. */
export function budgetExceeded(text: string, above: (...args: never[]) => unknown): Error {
  const error = createError({
    code: 'PRISMA_TEST_QUERY_BUDGET',
    message: text,
    cure: 'fetch less often, or change the number if the queries are right',
  });
  Error.captureStackTrace?.(error, above);
  return error;
}

/** Query budgets need the environment's databases. */
export function budgetOutside(): Error {
  return createError({
    code: 'PRISMA_TEST_FIXTURE_NO_ENVIRONMENT',
    message: 'Queries can only be counted inside of the Prisma test environment.',
    cure: "in jest.config: testEnvironment: 'prisma'; or for this file: /** @jest-environment prisma */",
  });
}
