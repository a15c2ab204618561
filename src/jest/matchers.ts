import { expect } from '@jest/globals';
import { checkBudget, collectQueries, listQueries, type QueryBudget } from '../realm/expect-queries';

interface Result {
  readonly pass: boolean;
  message(): string;
}

/** Adds `toExecuteQueries` and `toExecuteQueriesAtMost` to the test file's `expect`. */
export function installMatchers(): void {
  expect.extend({
    toExecuteQueries: (work: unknown, expected: number) => match('toExecuteQueries', work, expected, expected),
    toExecuteQueriesAtMost: (work: unknown, max: number) => match('toExecuteQueriesAtMost', work, max, { max }),
  });
}

async function match(name: string, work: unknown, expected: number, budget: QueryBudget): Promise<Result> {
  const call = `await expect(() => …).${name}(${String(expected)})`;
  if (typeof work !== 'function' || typeof expected !== 'number') {
    throw new TypeError(`${call}: a function that sends queries, and their number, were expected.`);
  }
  const { queries } = await collectQueries(() => (work as () => unknown)());
  const wrong = checkBudget(budget, queries);
  return {
    pass: wrong === undefined,
    message: () =>
      `${call}\n\n${wrong ?? `Expected another number of queries, but ${queries.length} were executed:\n${listQueries(queries)}`}`,
  };
}
