import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Isolation } from '../options';
import type { WorkerDatabase } from '../providers/provider';
import type { Scope } from '../sandbox/call-context';
import type { Sandbox } from '../sandbox/sandbox';
import type { ScopeLeftovers } from '../sandbox/sandbox-options';

/** How the scopes of one database are kept apart. In the mode `transaction` it leaves everything to the sandbox. */
export interface DatabaseIsolation {
  /** Mode of the innermost scope. */
  readonly mode: Isolation;
  /** Where clients are led now: the worker database's URL, or that of the running test's clone. */
  readonly url: string;
  /** Enters a scope; without a mode it has the one of the scope around it. */
  enter(scope: Scope, mode?: Isolation): void;
  /** Makes everything ready for a scope's first hook or statement. */
  ready(scope: Scope): Promise<void>;
  /** Code of the user's runs in the scope: it may write, and not through our clients. */
  touch(scope: Scope): void;
  /** Undoes what came since the scope was entered, as far as its mode does. */
  leave(scope: Scope): Promise<ScopeLeftovers>;
  /** The adapter that clients get. */
  adapterFactory(adapterName: string): SqlDriverAdapterFactory;
  /** Connects anew with the next statement: the app's adapter options have become known. */
  disconnect(): Promise<void>;
  /** Makes the worker database new. */
  renew(): Promise<void>;
  /** How long tests waited for their clones, in milliseconds. */
  readonly waits: readonly number[];
  close(): Promise<void>;
  closeSync(): void;
}

export interface DatabaseIsolationOptions {
  readonly worker: WorkerDatabase;
  readonly sandbox: Sandbox;
  connect(url: string): Promise<SqlDriverAdapter>;
  /** Leases another database of the same template. */
  lease(): Promise<WorkerDatabase>;
}
