import type { ConnectionInfo, SqlDriverAdapter, SqlQuery } from '@prisma/driver-adapter-utils';
import { isPrismaTestError } from '../errors';
import { currentContext, type CallContext, type Scope, type TransactionLabel } from './call-context';
import type { Dialect } from './dialect';
import { createPinnedConnection, type PinnedConnection } from './pinned-connection';
import { connectionLost, isConnectionLoss, lateStatement, sandboxLost } from './sandbox-errors';
import { createScopeStack } from './scope-stack';
import { createStatementRunner, type StatementRunner } from './statement-runner';
import { createStatementLog, type StatementLog } from './statement-log';
import { createTransactionStack, type Frame, type TransactionStack } from './transaction-stack';

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
}

/**
 * One pinned connection inside one outermost transaction, and everything that speaks through it. The idea is Ecto's
 * `Ecto.Adapters.SQL.Sandbox`: the clients believe that they have a database of their own.
 */
export interface Sandbox {
  readonly options: SandboxOptions;
  readonly stack: TransactionStack;
  readonly statements: StatementRunner;
  readonly log: StatementLog;
  readonly current: Scope | undefined;
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
  close(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const { dialect } = options;
  let connecting: Promise<PinnedConnection> | undefined;
  /** The scope during which the connection was lost, and why. */
  let lost: { readonly scope: Scope | undefined; readonly cause: unknown } | undefined;

  const connect = (): Promise<PinnedConnection> => {
    connecting ??= options.connect().then((adapter) => createPinnedConnection(adapter, dialect));
    connecting.catch(() => {
      connecting = undefined;
    });
    return connecting;
  };
  const disconnect = async (): Promise<void> => {
    const connection = await connecting?.catch(() => undefined);
    connecting = undefined;
    await connection?.close().catch(() => undefined);
  };

  const stack = createTransactionStack();
  const scopes = createScopeStack(dialect, connect);
  const log = createStatementLog();
  const spent = { rollbackMs: 0, rollbacks: 0 };

  const speak = <T>(frame: Frame | undefined, work: (connection: PinnedConnection) => Promise<T>): Promise<T> => {
    const context: CallContext = currentContext();
    return stack.run(frame, context, async () => {
      try {
        if (context.scope?.closed || !scopes.current) throw lateStatement(context, scopes.current);
        if (lost) throw connectionLost(lost.cause);
        await scopes.open();
        return await work(await connect());
      } catch (error) {
        if (isPrismaTestError(error) && context.operation) context.operation.failure = error;
        if (isConnectionLoss(error)) {
          lost = { scope: scopes.current, cause: error };
          scopes.forget();
          await disconnect();
        }
        throw error;
      }
    });
  };

  const sandbox: Sandbox = {
    options,
    stack,
    log,
    spent,
    speak,
    get statements() {
      return runner;
    },
    get current() {
      return scopes.current;
    },
    connectionInfo: async () => (await connect()).connectionInfo,
    enter: (scope) => scopes.enter(scope),
    holds: (scope) => scopes.holds(scope),
    async leave(scope) {
      stack.rejectWaiting((context) => lateStatement(context, scope));
      await stack.idle();
      const transactions = stack.frames.map((frame) => frame.label);
      for (const frame of [...stack.frames].reverse()) stack.remove(frame);
      const started = performance.now();
      try {
        await scopes.leave(scope);
      } catch (error) {
        scopes.forget();
        await disconnect();
        if (!isConnectionLoss(error)) {
          await options.renew();
          throw sandboxLost(options.database, error, log);
        }
      } finally {
        // What the connection's loss took along is over with the scope that it happened in.
        if (lost && (lost.scope === scope || lost.scope?.closed)) lost = undefined;
        spent.rollbackMs += performance.now() - started;
        spent.rollbacks += 1;
      }
      return { transactions };
    },
    async reconnect() {
      if (scopes.active) return false;
      await disconnect();
      return true;
    },
    close: disconnect,
  };
  const runner = createStatementRunner(sandbox, scopes);
  return sandbox;
}

/** A query and how it is run: both ways of an adapter, told apart by what they return. */
export type RunQuery<T> = (connection: PinnedConnection, query: SqlQuery) => Promise<T>;
