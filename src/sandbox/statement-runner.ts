import type { SqlQuery } from '@prisma/driver-adapter-utils';
import { adoptQuery } from './adopt-query';
import { currentContext } from './call-context';
import { plainQuery, type PinnedConnection } from './pinned-connection';
import type { RunQuery, Sandbox } from './sandbox';
import { controlRefused, implicitCommitRefused, transactionGone } from './sandbox-errors';
import type { ScopeStack } from './scope-stack';
import type { Frame } from './transaction-stack';

/** Runs the application's statements so that a failing one takes nothing else along. */
export interface StatementRunner {
  /** A statement of the root client (no frame) or of one of its transactions. */
  run<T>(frame: Frame | undefined, query: SqlQuery, how: RunQuery<T>): Promise<T>;
  /** Raises what a commit would raise now; leaves the transaction as it was if it does not. */
  checkDeferred(connection: PinnedConnection): Promise<void>;
}

const checkpoint = 'jest_prisma_check';
const visit = 'jest_prisma_visit';

export function createStatementRunner(sandbox: Sandbox, scopes: ScopeStack): StatementRunner {
  const { dialect, database } = sandbox.options;
  /** Whether the database has constraints that wait for a commit; asked once. */
  let deferrable: boolean | undefined;

  const hasDeferrable = async (connection: PinnedConnection): Promise<boolean> => {
    if (!dialect.deferred) return false;
    deferrable ??= Number((await connection.queryRaw(plainQuery(dialect.deferred.exist))).rows[0]?.[0] ?? 0) > 0;
    return deferrable;
  };

  const checkDeferred = async (connection: PinnedConnection): Promise<void> => {
    if (!dialect.deferred || !(await hasDeferrable(connection))) return;
    // The way back undoes the switch to immediate as well: constraints that begin immediate stay so.
    await connection.control([
      dialect.savepoint(checkpoint),
      dialect.deferred.check,
      dialect.rollbackTo(checkpoint),
      dialect.release(checkpoint),
    ]);
  };

  /** Outside of any transaction of the application: in production this would be a transaction of its own. */
  const runAlone = async <T>(connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    await scopes.guard();
    try {
      const result = await how(connection, query);
      if (dialect.classify(query.sql) !== 'read') {
        await checkDeferred(connection);
        scopes.changed(query.sql);
      }
      return result;
    } catch (error) {
      await scopes.failed();
      throw error;
    }
  };

  /** The root client called from inside a transaction: another connection in production, so its failure is its own. */
  const runAsVisitor = async <T>(connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    if (!dialect.failurePoisons) return how(connection, query);
    await connection.control([dialect.savepoint(visit)]);
    try {
      const result = await how(connection, query);
      await connection.control([dialect.release(visit)]);
      return result;
    } catch (error) {
      await connection.control([dialect.rollbackTo(visit), dialect.release(visit)]);
      throw error;
    }
  };

  const runInside = async <T>(frame: Frame, connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    try {
      return await how(connection, query);
    } catch (error) {
      frame.aborted = dialect.failurePoisons;
      throw error;
    } finally {
      scopes.changed(query.sql);
    }
  };

  return {
    checkDeferred,
    run(frame, given, how) {
      const query = adoptQuery(given);
      const context = currentContext();
      if (frame?.state === 'closed') return Promise.reject(transactionGone(context));
      if (dialect.classify(query.sql) === 'control' && !(frame && isSavepointControl(query.sql))) {
        return Promise.reject(controlRefused(query.sql, context));
      }
      if (dialect.ddlCommits && dialect.classify(query.sql) === 'ddl') return Promise.reject(implicitCommitRefused(query.sql, context));
      return sandbox.speak(frame, async (connection) => {
        const started = performance.now();
        let failure: string | undefined;
        try {
          if (frame) return await runInside(frame, connection, query, how);
          return await (sandbox.stack.frames.length > 0 ? runAsVisitor : runAlone)(connection, query, how);
        } catch (error) {
          failure = error instanceof Error ? error.message : String(error);
          throw error;
        } finally {
          const { operation, scope } = context;
          const ms = performance.now() - started;
          sandbox.log.add({ database, sql: query.sql, args: query.args, ms, operation, scope, error: failure });
        }
      });
    },
  };
}

/** Savepoints of the application's own, inside its own transaction, are its business. */
function isSavepointControl(sql: string): boolean {
  return /^\s*(?:SAVEPOINT|RELEASE|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO)\s[^;]*;?\s*$/i.test(sql);
}
