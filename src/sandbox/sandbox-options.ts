import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { TransactionLabel } from './call-context';
import type { Dialect } from './dialect';

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
