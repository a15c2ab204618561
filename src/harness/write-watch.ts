import { describeOperation, describeTransaction, type Scope } from '../sandbox/call-context';
import type { Sandbox } from '../sandbox/sandbox';
import type { ExecutedQuery, LostWrite } from '../session';

/** Knows which scopes of a file have been written in, and when: the file's writes are counted from 1. */
export interface WriteWatch {
  readonly count: number;
  /** The latest write that is in effect in a scope; 0 if there is none. */
  lastIn(scope: Scope): number;
  /** What was written in `scope` is in effect in `outer`: it was left without being rolled back. */
  keep(scope: Scope, outer: Scope): void;
  stop(): void;
}

export function watchWrites(sandboxes: readonly Sandbox[]): WriteWatch {
  const last = new WeakMap<Scope, number>();
  let count = 0;
  const stops = sandboxes.map((sandbox) =>
    sandbox.log.observe(({ sql }) => {
      if (!sandbox.current || sandbox.options.dialect.classify(sql) === 'read') return;
      count += 1;
      last.set(sandbox.current, count);
    }),
  );
  const lastIn = (scope: Scope): number => last.get(scope) ?? 0;
  return {
    get count() {
      return count;
    },
    lastIn,
    keep: (scope, outer) => void last.set(outer, Math.max(lastIn(outer), lastIn(scope))),
    stop: () => stops.forEach((stop) => stop()),
  };
}

/** Tells of each statement that the databases get, in words that mean the same in every realm. */
export function watchQueries(sandboxes: readonly Sandbox[], listener: (query: ExecutedQuery) => void): () => void {
  const stops = sandboxes.map((sandbox) =>
    sandbox.log.observe(({ database, sql, operation }) => listener({ database, sql, call: describeOperation(operation) })),
  );
  return () => stops.forEach((stop) => stop());
}

/** Writes of the running test that a transaction's rollback took along, although they were none of its own. */
export function lostWrites(sandboxes: readonly Sandbox[]): readonly LostWrite[] {
  return sandboxes
    .flatMap(({ log }) => log.lost)
    .map(({ database, sql, operation, transaction }) => ({
      database,
      sql,
      call: describeOperation(operation),
      transaction: describeTransaction(transaction),
    }));
}
