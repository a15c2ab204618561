import type { DatabaseFacts } from './database-facts';
import type { Dialect } from './dialect';
import { plainQuery, type PinnedConnection } from './pinned-connection';

/** Checks, where a savepoint stands for a commit, what the commit would have checked. */
export interface CommitCheck {
  /** What is to be remembered from before a transaction (or a statement alone): violations there are already. */
  before(connection: PinnedConnection): Promise<number | undefined>;
  /**
   * Raises what a commit would raise now; leaves the transaction as it was if it does not. The caller undoes what was
   * done before. Resolves to whether it had to ask, and then has run `then` in the same round trip.
   */
  check(connection: PinnedConnection, before: number | undefined, then?: readonly string[]): Promise<boolean>;
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

  return {
    countViolations,
    defers: (sql) => deferred?.defers?.(sql) ?? false,
    async before(connection) {
      if (deferred?.violations === undefined || !(await facts.deferrable(connection))) return undefined;
      return countViolations(connection);
    },
    async check(connection, before, then = []) {
      if (!deferred) return false;
      if (before !== undefined) {
        const violations = (await countViolations(connection)) ?? 0;
        if (deferred.reset !== undefined) await connection.control([deferred.reset]);
        if (violations > before) await connection.attempt(deferred.raise ?? []);
        await connection.control(then);
        return true;
      }
      if (deferred.check !== undefined && (await facts.deferrable(connection))) {
        // The way back undoes the switch to immediate as well: constraints that begin immediate stay so.
        await connection.attempt([
          dialect.savepoint(checkpoint),
          deferred.check,
          dialect.rollbackTo(checkpoint),
          dialect.release(checkpoint),
          ...then,
        ]);
        return true;
      }
      return false;
    },
  };
}
