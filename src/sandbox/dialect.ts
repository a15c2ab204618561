/** What a statement does to transactions, as far as its text tells. */
export type StatementKind = 'read' | 'write' | 'control' | 'ddl';

/** What the sandbox must know of a database's SQL. Pure: no I/O, no state. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql' | 'mysql';
  /** `provider` of a driver adapter for it, by the name Prisma's client checks. */
  readonly adapterProvider: 'sqlite' | 'postgres' | 'mysql';
  /** Isolation levels that the official adapters take; others are refused as they refuse them. */
  readonly isolationLevels: readonly string[];
  /** A failing statement makes the transaction unusable until a savepoint is restored (PostgreSQL's 25P02). */
  readonly failurePoisons: boolean;
  /** Several statements without parameters may go in one round trip, joined with `; `. */
  readonly joinsStatements: boolean;
  /** DDL ends the transaction (MySQL's implicit commit). */
  readonly ddlCommits: boolean;
  readonly begin: string;
  readonly rollback: string;
  savepoint(name: string): string;
  rollbackTo(name: string): string;
  release(name: string): string;
  /** What a statement is. A `read` surely changes nothing, sequences included; in doubt it is a `write`. */
  classify(sql: string): StatementKind;
  /**
   * What `CURRENT_TIMESTAMP` says is fixed when a transaction begins, so each test needs one of its own. Where it is
   * not, one transaction serves a whole file and tests are savepoints in it.
   */
  readonly clockStopsAtBegin?: boolean;
  /** A statement that fails with such a message as long as a transaction is open: told after failures that may have ended it. */
  readonly probe?: { readonly sql: string; readonly alive: RegExp };
  /** How a connection whose statement never ends is cut, from a second connection; absent where statements cannot outlast a test. */
  readonly session?: SessionControl;
  /**
   * A query of one row: whether there are constraints that wait for a commit, and whether there are triggers of the
   * user's, each 0 or 1; and, where that is of use, what makes those constraints wait again. Absent where nothing matters.
   */
  readonly facts?: string;
  /** Bookkeeping of values that a rollback does not take back (sequences); absent where there are none. */
  readonly sequences?: SequenceControl;
  /** Counters that only DDL sets back (AUTO_INCREMENT), so between transactions; absent where there are none. */
  readonly counters?: CounterControl;
  /** Whether a statement changes the connection in a way that no rollback takes back: then it is closed with its scope. */
  outlives?(sql: string): boolean;
  /** Settings that a statement makes for the running transaction only; absent where there are none. */
  readonly settings?: LocalSettingsControl;
  /** How constraints that are checked at commit are checked early; absent where there are none. */
  readonly deferred?: DeferredConstraints;
}

/** Cuts a connection whose statement does not end. */
export interface SessionControl {
  /** A query for the connection's id, asked on the connection itself when it is pinned… */
  readonly own?: string;
  /** …or, where each transaction may have another one, for those that are at work, asked on the second connection. */
  readonly busy?: string;
  end(id: string): string;
}

/** Reads and restores sequences, so that generated ids are the same in every run and order. */
export interface SequenceControl {
  /**
   * Resolves to the state of every sequence, as text in a form of the dialect's own; empty where there are none. `ask`
   * resolves to the first column of a query's first row.
   */
  read(ask: (sql: string) => Promise<unknown>): Promise<string>;
  /** A statement that sets back every sequence that stands elsewhere than was read, or all of them. */
  restore(state: string, all: boolean): string;
  /** Whether a statement may move a sequence where there are no triggers (`yes`), and without using it (`set`). */
  moves(sql: string): 'maybe' | 'yes' | 'set';
}

/** Reads and restores counters that neither a rollback nor a statement in a transaction takes back. */
export interface CounterControl {
  /** A statement with a row for each counter: its table, its value. */
  readonly read: string;
  /** Statements that set back the counters that have moved, given the rows as they were and as they are. */
  restore(before: readonly (readonly unknown[])[], now: readonly (readonly unknown[])[]): readonly string[];
  /** Whether a statement may move a counter. */
  moves(sql: string): boolean;
}

/** Finds settings that end with a transaction, and sets them back. */
export interface LocalSettingsControl {
  /** Names of the settings that a statement sets until the transaction's end. */
  namesIn(sql: string, args: readonly unknown[]): readonly string[];
  /** A query with a column for each name: its value, or null. */
  read(names: readonly string[]): string;
  /** A statement that sets each to the value given. */
  restore(settings: readonly (readonly [name: string, value: string | null])[]): string;
}

/** Checks what a commit would check. */
export interface DeferredConstraints {
  /** Statements that do now what a commit would do, and raise what it would raise. `deferred`: as {@link Dialect.facts} tells. */
  check?(deferred: string): readonly string[];
  /** Where nothing can be made to raise it: a query of one row and column, how many violations there are now. */
  readonly violations?: string;
  /** Whether a statement makes the running transaction's constraints wait for its commit. */
  defers?(sql: string): boolean;
  /** Ends what such a statement began. */
  readonly reset?: string;
  /** Statements of which the last one fails as such a commit would: the error is to be the driver's own. What they did is undone by the caller. */
  readonly raise?: readonly string[];
}
