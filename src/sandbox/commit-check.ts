import type { DatabaseFacts } from './database-facts';
import type { Dialect } from './dialect';
import { plainQuery, type PinnedConnection } from './pinned-connection';

/** Checks, where a savepoint stands for a commit, what the commit would have checked. */
export interface CommitCheck {
  /**
   * What is to be remembered from before a transaction (or a statement alone): how many violations there are already.
   * `isInner`: it is inside of another transaction, which may have left something waiting.
   */
  before(connection: PinnedConnection, isInner: boolean): Promise<number | undefined>;
  /**
   * Raises what a commit would raise now; the caller undoes what was done before. Resolves to whether it had to ask, and
   * then has run `then` in the same round trip.
   */
  check(connection: PinnedConnection, before: number | undefined, isInner: boolean, then?: readonly string[]): Promise<boolean>;
  /** Whether a statement makes the running transaction's constraints wait, so that `before` must be known. */
  defers(sql: string): boolean;
  countViolations(connection: PinnedConnection): Promise<number | undefined>;
}

const checkpoint = 'jest_prisma_check';

export function createCommitCheck(dialect: Dialect, facts: DatabaseFacts): CommitCheck {
  const { deferred } = dialect;

  const countViolations = async (connection: PinnedConnection): Promise<number | undefined> => {
    if (deferred?.violations === undefined) return undefined;
    return Number((await connection.queryRaw(plainQuery(deferred.violations))).rows[0]?.[0] ?? 0);
  };

  const back = [dialect.rollbackTo(checkpoint), dialect.release(checkpoint)];
  /** Raises what waits, and leaves it waiting. */
  const tryOut = (connection: PinnedConnection, then: readonly string[] = []): Promise<void> =>
    connection.attempt([dialect.savepoint(checkpoint), ...(deferred?.check?.('') ?? []), ...back, ...then]);

  return {
    countViolations,
    defers: (sql) => deferred?.defers?.(sql) ?? false,
    async before(connection, isInner) {
      if (!deferred || !(await facts.deferrable(connection))) return undefined;
      if (!deferred.check) return countViolations(connection);
      if (!isInner) return undefined;
      try {
        await tryOut(connection);
        return 0;
      } catch {
        await connection.control(back);
        return 1;
      }
    },
    async check(connection, before, isInner, then = []) {
      if (!deferred) return false;
      if (before !== undefined && !deferred.check) {
        const violations = (await countViolations(connection)) ?? 0;
        if (deferred.reset !== undefined) await connection.control([deferred.reset]);
        if (violations > before) await connection.attempt(deferred.raise ?? []);
        await connection.control(then);
        return true;
      }
      // What the outer transaction left violated cannot be told from what was done in it: then all is checked with that one.
      if (!deferred.check || (before ?? 0) > 0 || !(await facts.deferrable(connection))) return false;
      if (isInner) await tryOut(connection, then);
      else await connection.attempt([...deferred.check(await facts.deferred(connection)), ...then]);
      return true;
    },
  };
}
