import type { ExecutedQuery, Session } from '../session';
import { sessionKey } from '../session';
import { budgetExceeded, budgetOutside } from './query-report';

/** How many statements may be executed: so many, or at most so many. */
export type QueryCount = number | { readonly max: number };

/** A budget for all databases together, or one for each that is named. */
export type QueryBudget = QueryCount | { readonly databases: Readonly<Record<string, QueryCount>> };

/**
 * Runs `work` and fails if the databases got another number of statements than the budget says, with their SQL, the
 * repeated ones together. What is counted is what the database really got: a `findMany` with an `include` may be two.
 * Transactions count with their statements; `BEGIN`, `COMMIT` and the sandbox's savepoints do not.
 */
export async function expectQueries<T>(budget: QueryBudget, work: () => T): Promise<Awaited<T>> {
  const { queries, result } = await collectQueries(work);
  const text = checkBudget(budget, queries);
  if (text !== undefined) throw budgetExceeded(text, expectQueries);
  return result;
}

/** Runs `work` and collects the statements that came meanwhile. */
export async function collectQueries<T>(
  work: () => T,
): Promise<{ readonly queries: readonly ExecutedQuery[]; readonly result: Awaited<T> }> {
  const session = (globalThis as { [sessionKey]?: Session })[sessionKey];
  if (!session) throw budgetOutside();
  const queries: ExecutedQuery[] = [];
  const stop = session.watchQueries((query) => queries.push(query));
  try {
    return { result: await work(), queries };
  } finally {
    stop();
  }
}

/** What is wrong with the number of statements, as a sentence and the list of them; `undefined` if nothing is. */
export function checkBudget(budget: QueryBudget, queries: readonly ExecutedQuery[]): string | undefined {
  if (typeof budget === 'object' && 'databases' in budget) {
    const wrong = Object.entries(budget.databases).flatMap(([name, count]) => {
      const own = queries.filter(({ database }) => database === name);
      const sentence = compare(count, own.length);
      return sentence === undefined ? [] : [`Database '${name}': ${sentence}\n${listQueries(own)}`];
    });
    return wrong.length === 0 ? undefined : wrong.join('\n');
  }
  const sentence = compare(budget, queries.length);
  return sentence && `${sentence}\n${listQueries(queries)}`;
}

function compare(budget: QueryCount, got: number): string | undefined {
  const [limit, isMost] = typeof budget === 'number' ? [budget, false] : [budget.max, true];
  if (isMost ? got <= limit : got === limit) return undefined;
  const queries = limit === 1 ? 'query' : 'queries';
  return `Expected ${isMost ? 'at most ' : ''}${limit} ${queries}, but ${got === 0 ? 'none was' : got === 1 ? '1 was' : `${got} were`} executed${got === 0 ? '.' : ':'}`;
}

/** Beyond so many different statements the rest is only counted. */
const shown = 30;
const width = 300;

/** The statements in order, equal ones together: the same one again and again is what a missing `include` looks like. */
export function listQueries(queries: readonly ExecutedQuery[]): string {
  const groups = new Map<string, { readonly first: ExecutedQuery; readonly calls: Set<string>; count: number }>();
  for (const query of queries) {
    const key = `${query.database}\n${query.sql}`;
    const group = groups.get(key) ?? { first: query, calls: new Set<string>(), count: 0 };
    group.count += 1;
    group.calls.add(query.call);
    groups.set(key, group);
  }
  const isSeveral = new Set(queries.map(({ database }) => database)).size > 1;
  const lines = [...groups.values()].slice(0, shown).map(({ first, calls, count }) => {
    const sql = first.sql.replaceAll(/\s+/g, ' ').trim();
    const text = sql.length > width ? `${sql.slice(0, width)}…` : sql;
    const by = [...calls]
      .slice(0, 3)
      .map((call) => `\n        by ${call}`)
      .join('');
    const isRead = /^\s*(?:select|with)\b/i.test(sql);
    const hint =
      count > 1 && isRead
        ? '\n        the same query again and again (N+1): fetch them with one, by `include`, `select` or `where: { id: { in: … } }`'
        : '';
    return `  ${`${count}×`.padStart(4)} ${isSeveral ? `[${first.database}] ` : ''}${text}${by}${hint}`;
  });
  const rest = groups.size - lines.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n');
}
