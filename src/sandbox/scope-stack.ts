import type { Scope } from './call-context';
import type { DatabaseFacts } from './database-facts';
import type { Dialect } from './dialect';
import { createGeneratedIds, most } from './generated-ids';
import type { PinnedConnection } from './pinned-connection';
import { isSuspect } from './sql-text';
import type { Guard, Level, Spare } from './scope-level';

/** The savepoints of worker ⊃ file ⊃ describe ⊃ test. Call it only when nothing else speaks on the connection. */
export interface ScopeStack {
  readonly current: Scope | undefined;
  /** The outermost scope that is opened, and the outermost that has written anything. */
  readonly outermost: Scope | undefined;
  readonly outermostWriter: Scope | undefined;
  enter(scope: Scope): void;
  /** Undoes everything since `scope` was entered, inner scopes included. Resolves to whether the connection must not be used again. */
  leave(scope: Scope): Promise<boolean>;
  /** Opens the current scope; call before each statement. */
  open(): Promise<void>;
  /** Statements, if any are needed, after which a failure takes no earlier work along; call `stands` when they are done. */
  guard(): Guard | undefined;
  /** After a statement that may have changed something, whether it failed or not: sequences move in both cases. */
  changed(sql: string): void;
  /** After a statement that failed outside of the application's own transactions. */
  failed(): Promise<void>;
  /** Whether the database still has what was written in `scope`: it is opened, and the connection was not lost since. */
  holds(scope: Scope): boolean;
  /** Forgets all that was opened: the connection is gone, with what was open on it if `isLost`. */
  forget(isLost: boolean): void;
}

const base = 'jest_prisma_base';

/** A scope stack that speaks through `connect()`, which pins the connection when it is first needed. */
export function createScopeStack(dialect: Dialect, facts: DatabaseFacts, connect: () => Promise<PinnedConnection>): ScopeStack {
  const levels: Level[] = [];
  const ids = createGeneratedIds(dialect, facts);
  /** Whether a transaction is open on the connection, and the savepoint that stands in it for the next scope. */
  let begun = false;
  let spare: Spare | undefined;
  /** Where a transaction's time is not looked at, it is kept for as long as any scope is entered. */
  const keepsTransaction = !dialect.clockStopsAtBegin && !dialect.ddlCommits;

  const top = (): Level | undefined => levels.at(-1);
  /** The level that statements work in; the top one is not opened while a transaction of an outer one goes on. */
  const inner = (): Level | undefined => levels.findLast((level) => level.opened);
  const outermostLevel = (): Level | undefined => levels.find((level) => level.opened);

  /** Opens the outermost scope that holds anything. */
  const openBase = async (connection: PinnedConnection, level: Level): Promise<void> => {
    level.savepoint = base;
    const standing = spare;
    spare = undefined;
    if (standing?.savepoint === base) return;
    if (begun) await connection.control([dialect.savepoint(base)]);
    else await connection.begin([dialect.savepoint(base)]);
    begun = true;
  };

  const openInner = async (connection: PinnedConnection, level: Level): Promise<void> => {
    level.savepoint = `jest_prisma_scope_${levels.indexOf(level) + 1}`;
    const standing = spare;
    spare = undefined;
    if (standing?.savepoint === level.savepoint) return;
    await connection.control([...(standing ? [dialect.release(standing.savepoint)] : []), dialect.savepoint(level.savepoint)]);
  };

  const closeBase = async (connection: PinnedConnection, level: Level, isLast: boolean, waits: boolean): Promise<void> => {
    // Going back to a savepoint of ours first tells whether the transaction is still the one that we began.
    const back = [dialect.rollbackTo(level.savepoint)];
    const restore = await ids.restore(connection, level.ids);
    if (!isLast && keepsTransaction) {
      await connection.control([...back, ...restore]);
      spare = { savepoint: base };
      return;
    }
    begun = false;
    spare = undefined;
    await connection.rollback(back, restore, waits || isLast ? 'control' : 'soon');
    await ids.afterTransaction(connection);
  };

  const closeInner = async (connection: PinnedConnection, level: Level, waits: boolean): Promise<void> => {
    const restore = await ids.restore(connection, level.ids);
    await connection[waits ? 'control' : 'soon']([dialect.rollbackTo(level.savepoint), ...restore]);
    spare = { savepoint: level.savepoint };
  };

  return {
    get current() {
      return top()?.scope;
    },
    get outermost() {
      return outermostLevel()?.scope;
    },
    get outermostWriter() {
      return levels.find((level) => level.opened && level.wrote)?.scope;
    },
    enter(scope) {
      levels.push({
        scope,
        opened: false,
        savepoint: '',
        guard: '',
        dirty: false,
        wrote: false,
        suspect: false,
        outlived: false,
        ids: { sequences: undefined, moved: 'no' },
      });
    },
    async leave(scope) {
      const index = levels.findIndex((level) => level.scope === scope);
      if (index < 0) return false;
      const left = levels.slice(index);
      for (const level of left) level.scope.closed = true;
      try {
        // Inner levels go with the outermost of those that are left: one step back undoes them all.
        const outermost = left.find((level) => level.opened);
        if (outermost) {
          outermost.ids.moved = most(left.map(({ ids: { moved } }) => moved));
          const connection = await connect();
          // Nobody waits for a scope to be undone, unless something in it may have ended the transaction: then it is to be told.
          const waits = left.some(({ suspect }) => suspect);
          const isBase = outermost === outermostLevel();
          if (isBase) await closeBase(connection, outermost, index === 0, waits);
          else await closeInner(connection, outermost, waits);
          const outlived = left.some((level) => level.outlived);
          const around = levels.slice(0, index).findLast((level) => level.opened);
          if (around) around.outlived ||= outlived;
          return isBase && outlived;
        } else if (index === 0 && begun) {
          begun = false;
          spare = undefined;
          await (await connect()).rollback();
        }
        return false;
      } finally {
        levels.length = index;
      }
    },
    async open() {
      const level = top();
      if (!level) return;
      const connection = await connect();
      if (level.opened) {
        // Work of this scope must not stand behind the savepoint that waits for the next inner one.
        if (!spare) return;
        const { savepoint } = spare;
        spare = undefined;
        return connection.control([dialect.release(savepoint)]);
      }
      const outer = levels.slice(0, -1).filter((each) => each.opened);
      if (outer.length > 0) await openInner(connection, level);
      else await openBase(connection, level);
      level.guard = level.savepoint;
      level.dirty = false;
      level.wrote = false;
      level.suspect = false;
      level.outlived = false;
      level.opened = true;
      level.ids = await ids.mark(
        connection,
        outer.map((each) => each.ids),
      );
      await ids.beforeTransaction(connection);
    },
    guard() {
      const level = top();
      if (!level?.dirty || !dialect.failurePoisons) return undefined;
      const own = `${level.savepoint}_guard`;
      const stands = (): void => {
        level.guard = own;
        level.dirty = false;
      };
      return { statements: [...(level.guard === own ? [dialect.release(own)] : []), dialect.savepoint(own)], stands };
    },
    changed(sql) {
      const level = inner();
      if (!level) return;
      level.dirty = true;
      level.wrote = true;
      level.suspect ||= isSuspect(sql);
      level.outlived ||= dialect.outlives?.(sql) ?? false;
      ids.changed(level.ids, sql);
    },
    async failed() {
      const level = top();
      if (!level?.opened || !dialect.failurePoisons) return;
      await (await connect()).soon([dialect.rollbackTo(level.guard)]);
    },
    holds: (scope) => levels.some((level) => level.scope === scope && level.opened),
    forget(isLost) {
      for (const level of levels) level.opened = false;
      begun = false;
      spare = undefined;
      ids.forget(isLost);
    },
  };
}
