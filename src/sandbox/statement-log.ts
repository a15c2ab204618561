import type { Operation, Scope, TransactionLabel } from './call-context';
import type { Visit } from './frame';

/** One statement that the application sent to a database. The sandbox's own savepoints are not among them. */
export interface StatementRecord {
  readonly database: string;
  readonly sql: string;
  readonly args: readonly unknown[];
  /** Milliseconds. */
  readonly ms: number;
  readonly operation: Operation | undefined;
  readonly scope: Scope | undefined;
  /** Message of the database's error, if it failed. */
  readonly error: string | undefined;
}

/** A write of the root client that a transaction's rollback took along: in production it would have stayed. */
export interface LostWrite {
  readonly database: string;
  readonly sql: string;
  readonly operation: Operation | undefined;
  readonly transaction: TransactionLabel;
}

/** Keeps the statements of the running test, the last ones where there are too many. */
export interface StatementLog {
  /** The statement that the database is at. */
  running: Pick<StatementRecord, 'sql' | 'operation'> | undefined;
  add(record: StatementRecord): void;
  /** Writes that were lost since the last {@link take}. */
  readonly lost: readonly LostWrite[];
  lose(database: string, visits: readonly Visit[], transaction: TransactionLabel): void;
  /** Calls back for each statement from now on; returns what ends that. */
  observe(listener: (record: StatementRecord) => void): () => void;
  /** The last statement kept that `is` true of. */
  last(is: (record: StatementRecord) => boolean): StatementRecord | undefined;
  /** What was kept since the last call, and how many more there were. */
  take(): Pick<StatementLog, 'lost'> & { readonly records: readonly StatementRecord[]; readonly dropped: number };
}

const limit = 200;

export function createStatementLog(): StatementLog {
  const listeners = new Set<(record: StatementRecord) => void>();
  let records: StatementRecord[] = [];
  let dropped = 0;
  let lost: LostWrite[] = [];
  return {
    get lost() {
      return lost;
    },
    lose(database, visits, transaction) {
      for (const { sql, operation } of visits) lost.push({ database, sql, operation, transaction });
    },
    running: undefined,
    last: (is) => records.findLast(is),
    add(record) {
      for (const listener of listeners) listener(record);
      records.push(record);
      if (records.length <= limit) return;
      records.shift();
      dropped += 1;
    },
    observe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take() {
      const taken = { records, dropped, lost };
      records = [];
      lost = [];
      dropped = 0;
      return taken;
    },
  };
}
