import type { Scope } from './call-context';
import type { Dialect } from './dialect';
import type { PinnedConnection } from './pinned-connection';
import { plainQuery } from './pinned-connection';

/** A scope's place in the database. Closed until its first statement: a test that never queries costs nothing. */
interface Level {
  readonly scope: Scope;
  opened: boolean;
  /** The outermost opened level is the real transaction; the others are savepoints in it. */
  base: boolean;
  /** The savepoint to which a failing statement goes back, and whether work has come after it. */
  guard: string | undefined;
  dirty: boolean;
  /** State of the sequences when it was opened, where it is known; and whether they may have moved since. */
  sequences: string | undefined;
  moved: boolean;
}

/** The savepoints of worker ⊃ file ⊃ describe ⊃ test. Call it only when nothing else speaks on the connection. */
export interface ScopeStack {
  readonly current: Scope | undefined;
  /** Whether any level is opened, so that a transaction is open on the connection. */
  readonly active: boolean;
  enter(scope: Scope): void;
  /** Undoes everything since `scope` was entered, inner scopes included. */
  leave(scope: Scope): Promise<void>;
  /** Opens the current scope; call before each statement. */
  open(): Promise<void>;
  /** Makes sure that a failure of the next statement takes no earlier work along. */
  guard(): Promise<void>;
  /** After a statement that may have changed something. */
  changed(sql: string): void;
  /** After a statement that failed outside of the application's own transactions. */
  failed(): Promise<void>;
  /** Whether the database still has what was written in `scope`: it is opened, and the connection was not lost since. */
  holds(scope: Scope): boolean;
  /** Forgets all that was opened: the connection is gone. */
  forget(): void;
}

/** A scope stack that speaks through `connect()`, which pins the connection when it is first needed. */
export function createScopeStack(dialect: Dialect, connect: () => Promise<PinnedConnection>): ScopeStack {
  const levels: Level[] = [];
  /** Sequences as the template has them: read once, when they may first move. */
  let initialSequences: string | undefined;
  /** The same of counters, and whether any may have moved since the real transaction began. */
  let initialCounters: readonly (readonly unknown[])[] | undefined;
  let countersMoved = false;

  const top = (): Level | undefined => levels.at(-1);
  const savepointOf = (level: Level): string => `jest_prisma_scope_${levels.indexOf(level) + 1}`;

  const stateOfSequences = async (connection: PinnedConnection, outer: readonly Level[]): Promise<string | undefined> => {
    if (!dialect.sequences) return undefined;
    if (initialSequences !== undefined && !outer.some((level) => level.moved)) return initialSequences;
    const { rows } = await connection.queryRaw(plainQuery(dialect.sequences.read));
    const state = String(rows[0]?.[0] ?? '');
    initialSequences ??= state;
    return state;
  };

  const close = async (level: Level): Promise<void> => {
    const connection = await connect();
    const savepoint = savepointOf(level);
    const restore = level.moved && level.sequences !== undefined && dialect.sequences?.restore(level.sequences);
    // Going back to a savepoint of ours first tells whether the transaction is still the one that we began.
    const back = hasSavepoint(level) ? [dialect.rollbackTo(savepoint)] : [];
    if (!level.base) {
      await connection.control([...back, dialect.release(savepoint), ...(restore ? [restore] : [])]);
    } else if (dialect.joinsStatements) {
      await connection.control(back);
      await connection.rollback();
      if (restore) await connection.control([restore]);
    } else {
      await connection.control(back);
      await connection.rollback();
      if (countersMoved) await restoreCounters(connection);
    }
  };

  /** A real transaction has one where it could end unnoticed (DDL), or where a failure leads back to it. */
  const hasSavepoint = (level: Level): boolean => !level.base || dialect.failurePoisons || dialect.ddlCommits;

  const readCounters = async (connection: PinnedConnection): Promise<readonly (readonly unknown[])[]> =>
    dialect.counters ? (await connection.queryRaw(plainQuery(dialect.counters.read))).rows : [];

  const restoreCounters = async (connection: PinnedConnection): Promise<void> => {
    countersMoved = false;
    await connection.begin();
    await connection.control(dialect.counters?.restore(initialCounters ?? [], await readCounters(connection)) ?? []);
    await connection.rollback();
  };

  return {
    get current() {
      return top()?.scope;
    },
    get active() {
      return levels.some((level) => level.opened);
    },
    enter(scope) {
      levels.push({ scope, opened: false, base: false, guard: undefined, dirty: false, sequences: undefined, moved: false });
    },
    async leave(scope) {
      const index = levels.findIndex((level) => level.scope === scope);
      if (index < 0) return;
      const left = levels.slice(index);
      for (const level of left) level.scope.closed = true;
      // Inner levels go with the outermost of those that are left: one step back undoes them all.
      const outermost = left.find((level) => level.opened);
      try {
        if (!outermost) return;
        outermost.moved = left.some((level) => level.moved);
        await close(outermost);
      } finally {
        levels.length = index;
      }
    },
    async open() {
      const level = top();
      if (!level || level.opened) return;
      const connection = await connect();
      const outer = levels.slice(0, -1);
      level.base = !outer.some((each) => each.opened);
      if (level.base) await connection.begin();
      level.sequences = await stateOfSequences(connection, outer);
      if (level.base && dialect.counters) initialCounters ??= await readCounters(connection);
      if (hasSavepoint(level)) {
        const savepoint = savepointOf(level);
        await connection.control([dialect.savepoint(savepoint)]);
        level.guard = savepoint;
      }
      level.dirty = false;
      level.moved = false;
      level.opened = true;
    },
    async guard() {
      const level = top();
      if (!level?.dirty || !dialect.failurePoisons) return;
      const connection = await connect();
      const own = `${savepointOf(level)}_guard`;
      await connection.control([...(level.guard === own ? [dialect.release(own)] : []), dialect.savepoint(own)]);
      level.guard = own;
      level.dirty = false;
    },
    changed(sql) {
      const level = top();
      if (!level) return;
      level.dirty = true;
      if (!level.moved && dialect.sequences?.moves(sql)) level.moved = true;
      if (dialect.counters?.moves(sql)) countersMoved = true;
    },
    async failed() {
      const level = top();
      if (!level?.guard || !dialect.failurePoisons) return;
      await (await connect()).control([dialect.rollbackTo(level.guard)]);
    },
    holds: (scope) => levels.some((level) => level.scope === scope && level.opened),
    forget() {
      for (const level of levels) level.opened = false;
    },
  };
}
