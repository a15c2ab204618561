import type { SqlQuery } from '@prisma/driver-adapter-utils';
import { isPrismaTestError } from '../errors';
import { currentContext, refuse, type CallContext, type Scope } from './call-context';
import { settlesWithin } from './clock';
import { createCommitCheck } from './commit-check';
import { createDatabaseFacts } from './database-facts';
import { undoFrame, type Frame } from './frame';
import { createLocalSettings } from './local-settings';
import { createPinnedConnection, cutSession, type PinnedConnection } from './pinned-connection';
import { connectionLost, hasEnded, isConnectionLoss, lateStatement, sandboxLost, statementCut } from './sandbox-errors';
import type { Sandbox, SandboxOptions, ScopeLeftovers } from './sandbox-options';

import { createScopeStack } from './scope-stack';
import { isSuspect } from './sql-text';
import { createStatementRunner } from './statement-runner';
import { createStatementLog, type StatementLog, type StatementRecord } from './statement-log';
import { createTransactionStack } from './transaction-stack';

/** How long a statement may go on after its scope has ended, and how long its connection may take to be cut. Milliseconds. */
const patience = 1000;
const cutPatience = 2000;

export function createSandbox(options: SandboxOptions): Sandbox {
  const { dialect, database } = options;
  let connecting: Promise<PinnedConnection> | undefined;
  /** What was lost, the scope that had written the outermost of it, and whether a test has been told by failing. */
  let lost: { readonly scope: Scope | undefined; readonly error: Error; told: boolean } | undefined;
  const told = new Set<string>();

  const connect = (): Promise<PinnedConnection> => {
    connecting ??= options.connect().then((adapter) => createPinnedConnection(adapter, dialect));
    connecting.catch(() => {
      connecting = undefined;
    });
    return connecting;
  };
  const disconnect = async (): Promise<void> => {
    const closing = connecting?.then((connection) => connection.close());
    connecting = undefined;
    facts.forget();
    if (closing) await settlesWithin(closing, cutPatience);
  };

  const facts = createDatabaseFacts(dialect);
  const stack = createTransactionStack();
  const scopes = createScopeStack(dialect, facts, connect);
  const commits = createCommitCheck(dialect, facts);
  const settings = createLocalSettings(dialect);
  const log = createStatementLog();
  const spent = { rollbackMs: 0, rollbacks: 0 };

  /** The statement that is the most likely to have ended a transaction. */
  const suspect = (): StatementRecord | undefined => log.last(({ sql }) => isSuspect(sql)) ?? log.last(() => true);

  /** From now on, and until the scope that held it is left, there is nothing to speak to. */
  const lose = async (error: Error, during = scopes.current): Promise<Error> => {
    lost = { scope: scopes.outermostWriter ?? during, error, told: isConnectionLost(error) };
    scopes.forget(true);
    await disconnect();
    return error;
  };

  /** A connection that was lost while it held nothing is nobody's loss: the next one does. */
  const open = (): Promise<void> => {
    if (scopes.outermost) return scopes.open();
    return scopes.open().catch(async (error: unknown) => {
      if (!isConnectionLoss(error)) throw error;
      scopes.forget(true);
      await disconnect();
      await scopes.open();
    });
  };

  const speak = async <T>(frame: Frame | undefined, work: (connection: PinnedConnection) => Promise<T>): Promise<T> => {
    const context: CallContext = currentContext();
    try {
      return await stack.run(frame, context, async () => {
        if (context.scope?.closed || !scopes.current) throw lateStatement(context, scopes.current);
        if (lost) throw lost.error;
        try {
          // What is opened inside of a transaction of an outer scope would end with it.
          if (!stack.frames.some(({ state }) => state === 'open')) await open();
          return await work(await connect());
        } catch (error) {
          if (isConnectionLoss(error)) throw await lose(connectionLost(error));
          if (hasEnded(error)) throw await lose(sandboxLost(database, error, suspect()));
          if (isPrismaTestError(error) && error.code === 'PRISMA_TEST_SANDBOX_LOST') await lose(error);
          throw error;
        }
      });
    } catch (error) {
      // Prisma wraps errors on their way up.
      throw isPrismaTestError(error) ? refuse(context, error) : error;
    }
  };

  /** Ends a statement that goes on although its scope has ended: no one waits for it any more. */
  const cut = async (running: StatementLog['running']): Promise<void> => {
    if (dialect.session) {
      await cutSession(await options.connect(), dialect.session, (await connecting)?.session);
      await settlesWithin(stack.idle(), cutPatience);
    }
    // The end of the statement has told of a lost connection; the reason is known better here.
    await lose(statementCut(database, running));
    stack.abandon();
  };

  const leave = async (scope: Scope): Promise<ScopeLeftovers> => {
    stack.rejectWaiting((context) => lateStatement(context, scope));
    if (!(await settlesWithin(stack.idle(), patience))) await cut(log.running);
    const transactions = stack.frames.map((frame) => frame.label);
    const outermost = lost ? undefined : stack.frames.find(({ state }) => state === 'open');
    for (const frame of stack.frames.toReversed()) stack.remove(frame);
    const started = performance.now();
    try {
      // A statement that comes now waits until the scope around is the current one.
      await stack.runNext(async () => {
        // It may have begun in an outer scope, and what was sent meanwhile is in it.
        if (outermost) await (await connect()).control(undoFrame(dialect, outermost));
        if (await scopes.leave(scope)) await sandbox.close();
      });
    } catch (error) {
      await lose(isConnectionLoss(error) ? connectionLost(error) : sandboxLost(database, error, suspect()), scope);
    }
    spent.rollbackMs += performance.now() - started;
    spent.rollbacks += 1;
    const untold = lost?.told === false ? lost.error : undefined;
    if (lost) lost.told = true;
    // What was lost is over with the scope that held it. Where the server ended the connection it has rolled back; what
    // ended the transaction may have committed it, and what came after it was on its own.
    if (lost?.scope?.closed ?? true) {
      const isEnded = isPrismaTestError(lost?.error) && lost.error.code === 'PRISMA_TEST_SANDBOX_LOST';
      lost = undefined;
      if (isEnded) await options.renew();
    }
    if (untold) throw untold;
    return { transactions };
  };

  const sandbox: Sandbox = {
    options,
    stack,
    commits,
    settings,
    log,
    spent,
    isBetween: false,
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
    leave,
    async reconnect() {
      if (scopes.outermost) return false;
      await sandbox.close();
      return true;
    },
    tellOnce(line) {
      if (told.has(line)) return;
      told.add(line);
      (options.report ?? ((text) => void process.stderr.write(`jest-environment-prisma: ${text}\n`)))(line);
    },
    async close() {
      scopes.forget(false);
      await disconnect();
    },
  };
  const ended = ({ sql }: SqlQuery, cause: unknown): Error => sandboxLost(database, cause, { sql, operation: currentContext().operation });
  const runner = createStatementRunner(sandbox, { scopes, facts, commits, settings, ended });
  return sandbox;
}

/** Whoever sent the next statement has been told of it. */
const isConnectionLost = (error: Error): boolean => isPrismaTestError(error) && error.code === 'PRISMA_TEST_CONNECTION_LOST';

export type { Sandbox } from './sandbox-options';
