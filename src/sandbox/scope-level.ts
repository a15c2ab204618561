import type { Scope } from './call-context';
import type { IdMarks } from './generated-ids';

/** A scope's place in the database. Closed until its first statement: a test that never queries costs nothing. */
export interface Level {
  readonly scope: Scope;
  opened: boolean;
  savepoint: string;
  /** The savepoint to which a failing statement goes back, and whether work has come after it. */
  guard: string;
  dirty: boolean;
  /** Whether anything was written in it that its inner scopes build on. */
  wrote: boolean;
  /** Whether anything was sent in it that may have ended the transaction. */
  suspect: boolean;
  /** Whether the connection was changed in a way that outlives it. */
  outlived: boolean;
  ids: IdMarks;
}

/** How a savepoint is made to which a failing statement goes back. */
export interface Guard {
  readonly statements: readonly string[];
  /** It has been made. */
  stands(): void;
}

/** A savepoint that was gone back to and still stands, so that the next scope in its place finds itself opened. */
export interface Spare {
  readonly savepoint: string;
}
