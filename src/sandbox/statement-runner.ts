import type { SqlQuery } from '@prisma/driver-adapter-utils';
import { adoptQuery } from './adopt-query';
import { currentContext, isStray, refuse } from './call-context';
import type { CommitCheck } from './commit-check';
import type { DatabaseFacts } from './database-facts';
import type { LocalSettings, SavedSettings } from './local-settings';
import type { PinnedConnection, RunQuery } from './pinned-connection';
import { applyControl, isOwnControl } from './raw-control';
import type { Sandbox } from './sandbox';
import { controlRefused, implicitCommitRefused, strayStatement, transactionGone } from './sandbox-errors';
import type { ScopeStack } from './scope-stack';
import type { Frame, Visit } from './frame';

/** Runs the application's statements so that a failing one takes nothing else along. */
export interface StatementRunner {
  /** A statement of the root client (no frame) or of one of its transactions. */
  run<T>(frame: Frame | undefined, query: SqlQuery, how: RunQuery<T>): Promise<T>;
}

const visit = 'jest_prisma_visit';
const nowhere = 'jest_prisma_nowhere';

/** What the parts of a sandbox share. */
export interface StatementRunnerParts {
  readonly scopes: ScopeStack;
  readonly facts: DatabaseFacts;
  readonly commits: CommitCheck;
  readonly settings: LocalSettings;
  /** The transaction of the sandbox has ended by itself. */
  ended(query: SqlQuery, cause: unknown): Error;
}

export function createStatementRunner(
  sandbox: Sandbox,
  { scopes, facts, commits, settings, ended }: StatementRunnerParts,
): StatementRunner {
  const { dialect, database } = sandbox.options;

  /** Outside of any transaction of the application: in production this would be a transaction of its own. */
  const runAlone = async <T>(connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    const guard = scopes.guard();
    await connection.control(guard?.statements ?? []);
    guard?.stands();
    const reads = dialect.classify(query.sql) === 'read';
    const counted = reads ? undefined : await commits.before(connection, false);
    if (counted !== undefined) await connection.control([dialect.savepoint(visit)]);
    const saved: SavedSettings = new Map();
    await settings.save(connection, query, saved);
    if (!reads) scopes.changed(query.sql);
    try {
      const result = await how(connection, query);
      const next = reads ? undefined : scopes.guard();
      const after = settings.restore(saved);
      // The next guard goes with the check, if there is one: a write costs one round trip at most.
      const isChecked = !reads && (await commits.check(connection, counted, false, [...after, ...(next?.statements ?? [])]));
      if (isChecked) next?.stands();
      // By itself it ends with its own statement.
      const reset = commits.defers(query.sql) && dialect.deferred?.reset !== undefined ? [dialect.deferred.reset] : [];
      await connection.soon([...reset, ...(isChecked ? [] : after), ...(counted === undefined ? [] : [dialect.release(visit)])]);
      return result;
    } catch (error) {
      if (isUnharmed(error)) throw error;
      await scopes.failed();
      if (counted !== undefined && (await connection.isAlive())) await connection.soon([dialect.rollbackTo(visit), dialect.release(visit)]);
      throw error;
    }
  };

  /** The root client called from inside a transaction: another connection in production, so its failure is its own. */
  const runAsVisitor = async <T>(frame: Frame, connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    const reads = dialect.classify(query.sql) === 'read';
    // The transaction is broken, but another connection would not know: it is mended for the visit, and broken again.
    const wasAborted = frame.aborted;
    if (wasAborted) await connection.control([dialect.rollbackTo(frame.savepoints.at(-1) ?? frame.savepoint)]);
    const counted = reads ? undefined : await commits.before(connection, true);
    const guarded = dialect.failurePoisons || counted !== undefined;
    if (guarded) await connection.control([dialect.savepoint(visit)]);
    const saved: SavedSettings = new Map();
    await settings.save(connection, query, saved);
    try {
      const result = await how(connection, query);
      if (!reads) await commits.check(connection, counted, true);
      await connection.soon([...settings.restore(saved), ...(guarded ? [dialect.release(visit)] : [])]);
      // A number is how many rows were changed.
      if (!reads && result !== 0) frame.visits = [...frame.visits, visitOf(frame, query)];
      return result;
    } catch (error) {
      if (guarded && (await connection.isAlive())) await connection.soon([dialect.rollbackTo(visit), dialect.release(visit)]);
      throw error;
    } finally {
      if (!reads) scopes.changed(query.sql);
      if (wasAborted) await connection.attempt([dialect.rollbackTo(nowhere)]).catch(() => undefined);
    }
  };

  const runInside = async <T>(frame: Frame, connection: PinnedConnection, query: SqlQuery, how: RunQuery<T>): Promise<T> => {
    if (!frame.aborted) await settings.save(connection, query, frame.settings);
    if (commits.defers(query.sql)) frame.violations ??= await commits.countViolations(connection);
    try {
      const result = await how(connection, query);
      if (isOwnControl(query.sql)) sandbox.log.lose(database, applyControl(frame, query.sql), frame.label);
      else if (frame !== sandbox.stack.frames[0] && dialect.classify(query.sql) !== 'read')
        frame.writes = [...frame.writes, visitOf(frame, query)];
      return result;
    } catch (error) {
      if (!isUnharmed(error)) frame.aborted = dialect.failurePoisons;
      throw error;
    } finally {
      if (dialect.classify(query.sql) !== 'read') scopes.changed(query.sql);
    }
  };

  const refusal = (frame: Frame | undefined, { sql }: SqlQuery): Error | undefined => {
    const context = currentContext();
    if (frame?.state === 'closed') return transactionGone(context);
    const kind = dialect.classify(sql);
    if (kind === 'control' && !(frame && isOwnControl(sql))) return controlRefused(sql, context);
    if (kind === 'ddl' && dialect.ddlCommits) return implicitCommitRefused(sql, context);
    if (isStray(sandbox, context) && kind !== 'read') return strayStatement(context, sandbox.current);
    return undefined;
  };

  return {
    run(frame, given, how) {
      const query = adoptQuery(given);
      const context = currentContext();
      const refused = refusal(frame, query);
      if (refused) return Promise.reject(refuse(context, refused));
      return sandbox.speak(frame, async (connection) => {
        const started = performance.now();
        sandbox.log.running = { sql: query.sql, operation: context.operation };
        let failure: string | undefined;
        try {
          const top = sandbox.stack.frames.findLast(({ state }) => state === 'open');
          if (frame) return await runInside(frame, connection, query, how);
          if (top) return await runAsVisitor(top, connection, query, how);
          return await runAlone(connection, query, how);
        } catch (error) {
          failure = error instanceof Error ? error.message : String(error);
          if (!(await connection.isAlive())) throw ended(query, error);
          throw error;
        } finally {
          sandbox.log.running = undefined;
          if (dialect.classify(query.sql) === 'ddl') facts.forget();
          const { operation, scope } = context;
          const ms = performance.now() - started;
          sandbox.log.add({ database, sql: query.sql, args: query.args, ms, operation, scope, error: failure });
        }
      });
    },
  };
}

const visitOf = ({ savepoints }: Frame, { sql }: SqlQuery): Visit => ({
  sql,
  operation: currentContext().operation,
  depth: savepoints.length,
});

/** The adapter could not read what the database had answered: the statement itself has been done. */
function isUnharmed(error: unknown): boolean {
  return (error as { cause?: { kind?: string } } | undefined)?.cause?.kind === 'UnsupportedNativeDataType';
}
