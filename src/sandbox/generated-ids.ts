import type { DatabaseFacts } from './database-facts';
import type { Dialect } from './dialect';
import { plainQuery, type PinnedConnection } from './pinned-connection';

type Moved = 'no' | 'maybe' | 'yes' | 'set';
const strength: readonly Moved[] = ['no', 'maybe', 'yes', 'set'];

/** What several scopes did to sequences, taken together. */
export function most(all: readonly Moved[]): Moved {
  return strength.findLast((each) => all.includes(each)) ?? 'no';
}

/** What of generated ids a scope has to set back when it is left. */
export interface IdMarks {
  /** State of the sequences when the scope was opened; `undefined` where there are none. */
  sequences: string | undefined;
  /** `maybe`: a statement that moves them only where a trigger does. `set`: one that may move them without using them. */
  moved: Moved;
}

/** Sets back what a rollback does not, so that ids are the same in every run and order. */
export interface GeneratedIds {
  /** The marks of a scope that is being opened inside of `outer` scopes. */
  mark(connection: PinnedConnection, outer: readonly IdMarks[]): Promise<IdMarks>;
  /** After a statement that may have changed something. */
  changed(marks: IdMarks, sql: string): void;
  /** The statements that set sequences back to `marks`; none if nothing moved. */
  restore(connection: PinnedConnection, marks: IdMarks): Promise<readonly string[]>;
  /** The connection is gone. If it was lost, sequences stand where the scopes on it had moved them. */
  forget(isLost: boolean): void;
  /** Before the first real transaction changes anything: counters as the template has them. */
  beforeTransaction(connection: PinnedConnection): Promise<void>;
  /** Sets counters back; no transaction is open. */
  afterTransaction(connection: PinnedConnection): Promise<void>;
}

export function createGeneratedIds(dialect: Dialect, facts: DatabaseFacts): GeneratedIds {
  const { sequences, counters } = dialect;
  /** Sequences and counters as the template has them: read once per worker. */
  let initial: string | undefined;
  let initialCounters: readonly (readonly unknown[])[] | undefined;
  let countersMoved = false;
  let areLost = false;
  /** Outer scopes that moved them: their state is read once, until they move them again. */
  let known: { readonly by: IdMarks; readonly state: string } | undefined;

  const read = async (connection: PinnedConnection): Promise<string> => {
    const ask = async (sql: string): Promise<unknown> => (await connection.queryRaw(plainQuery(sql))).rows[0]?.[0];
    return (await sequences?.read(ask)) ?? '';
  };
  const readCounters = async (connection: PinnedConnection): Promise<readonly (readonly unknown[])[]> =>
    counters ? (await connection.queryRaw(plainQuery(counters.read))).rows : [];

  return {
    async mark(connection, outer) {
      if (!sequences) return { sequences: undefined, moved: 'no' };
      if (areLost && initial) await connection.control([sequences.restore(initial, true)]);
      if (areLost) initial = undefined;
      areLost = false;
      const mover = outer.findLast((marks) => marks.moved !== 'no');
      if (!mover) return { sequences: (initial ??= await read(connection)), moved: 'no' };
      if (known?.by !== mover) known = { by: mover, state: await read(connection) };
      return { sequences: known.state, moved: 'no' };
    },
    changed(marks, sql) {
      if (counters?.moves(sql)) countersMoved = true;
      if (!sequences) return;
      if (known?.by === marks) known = undefined;
      marks.moved = most([marks.moved, sequences.moves(sql)]);
    },
    async restore(connection, marks) {
      if (!sequences || marks.sequences === undefined || marks.moved === 'no') return [];
      if (marks.moved === 'maybe' && !(await facts.triggers(connection))) return [];
      return marks.sequences === '' ? [] : [sequences.restore(marks.sequences, marks.moved === 'set')];
    },
    forget(isLost) {
      known = undefined;
      areLost ||= isLost;
      // It may be another database that is connected to next, under the same name.
      if (!areLost) initial = undefined;
    },
    async beforeTransaction(connection) {
      if (counters) initialCounters ??= await readCounters(connection);
    },
    async afterTransaction(connection) {
      if (!countersMoved) return;
      countersMoved = false;
      await connection.begin();
      await connection.control(counters?.restore(initialCounters ?? [], await readCounters(connection)) ?? []);
      await connection.rollback();
    },
  };
}
