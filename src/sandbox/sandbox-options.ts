import type { ConnectionInfo, SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Scope, TransactionLabel } from './call-context';
import type { CommitCheck } from './commit-check';
import type { Dialect } from './dialect';
import type { Frame } from './frame';
import type { LocalSettings } from './local-settings';
import type { PinnedConnection } from './pinned-connection';
import type { StatementLog } from './statement-log';
import type { StatementRunner } from './statement-runner';
import type { TransactionStack } from './transaction-stack';

/** What a scope left behind that it should have finished. */
export interface ScopeLeftovers {
  /** Transactions that were still open and have been rolled back. */
  readonly transactions: readonly TransactionLabel[];
}

/** What a sandbox needs from outside. */
export interface SandboxOptions {
  /** Name of the database, for messages. */
  readonly database: string;
  readonly dialect: Dialect;
  /** Connects the adapter that speaks to the worker database; called again after the connection was lost. */
  connect(): Promise<SqlDriverAdapter>;
  /** Makes the worker database new: something outside of the sandbox's control was committed to it. */
  renew(): Promise<void>;
  /** Says something to the user, without a newline. Default: to stderr. */
  report?(line: string): void;
}

/**
 * One pinned connection inside one outermost transaction, and everything that speaks through it. The idea is Ecto's
 * `Ecto.Adapters.SQL.Sandbox`: the clients believe that they have a database of their own.
 */
export interface Sandbox {
  readonly options: SandboxOptions;
  readonly stack: TransactionStack;
  readonly statements: StatementRunner;
  readonly commits: CommitCheck;
  readonly settings: LocalSettings;
  readonly log: StatementLog;
  readonly current: Scope | undefined;
  /** Whether no hook and no test runs, although some have: what writes now belongs to nobody. */
  isBetween: boolean;
  /** Milliseconds spent on leaving scopes, and how many were left. */
  readonly spent: { rollbackMs: number; rollbacks: number };
  connectionInfo(): Promise<ConnectionInfo | undefined>;
  /** Runs `work` on the connection when its turn has come, with the current scope opened. */
  speak<T>(frame: Frame | undefined, work: (connection: PinnedConnection) => Promise<T>): Promise<T>;
  enter(scope: Scope): void;
  /** Whether the database still has what was written in `scope`. */
  holds(scope: Scope): boolean;
  /** Rolls back everything since `scope` was entered. Whatever still waits is refused, what runs is waited for. */
  leave(scope: Scope): Promise<ScopeLeftovers>;
  /** Closes the connection if no scope is opened, so that the next statement connects anew; else returns `false`. */
  reconnect(): Promise<boolean>;
  /** Says something the first time. */
  tellOnce(line: string): void;
  close(): Promise<void>;
}
