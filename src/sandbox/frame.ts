import type { Operation, TransactionLabel } from './call-context';
import type { Dialect } from './dialect';
import type { SavedSettings } from './local-settings';

/** A write of the root client inside of a transaction's callback. In production it is none of the transaction's. */
export interface Visit {
  readonly sql: string;
  readonly operation: Operation | undefined;
  /** How many savepoints of the transaction's own stood then. */
  readonly depth: number;
}

/** A transaction of the application: one savepoint in the sandbox. */
export interface Frame {
  label: TransactionLabel;
  readonly savepoint: string;
  /** `reserved`: its turn has come, nobody has taken it yet; `opening`: the savepoint has not been made yet. */
  state: 'reserved' | 'opening' | 'open' | 'closed';
  /** A statement failed in it and the database refuses further ones (PostgreSQL). */
  aborted: boolean;
  /** Savepoints inside of it, Prisma's and the app's own, the innermost last. */
  readonly savepoints: string[];
  /** What came from outside of it and will go with its rollback; what it wrote itself, if it is a visit in another one. */
  visits: readonly Visit[];
  writes: readonly Visit[];
  /** What settings were that the transaction has made for itself. */
  readonly settings: SavedSettings;
  /** Where commits are checked by counting: the violations that there were before. */
  violations: number | undefined;
  /** Ends what goes with an open frame. */
  readonly release: () => void;
}

/** Statements that undo a frame with all that was done in it. */
export function undoFrame(dialect: Dialect, { savepoint, violations }: Frame): readonly string[] {
  const reset = violations === undefined ? undefined : dialect.deferred?.reset;
  return [dialect.rollbackTo(savepoint), dialect.release(savepoint), ...(reset === undefined ? [] : [reset])];
}

/** Takes away what goes with a rollback to where a number of savepoints stood; returns what had come from outside. */
export function trimVisits(frame: Frame, depth: number): readonly Visit[] {
  const stays = (each: Visit): boolean => each.depth < depth;
  const lost = frame.visits.filter((each) => !stays(each));
  frame.visits = frame.visits.filter(stays);
  frame.writes = frame.writes.filter(stays);
  return lost;
}
