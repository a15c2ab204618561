import { createError, type PrismaTestError } from '../errors';
import { describeOperation, type CallContext, type Operation, type Scope, type TransactionLabel } from './call-context';
import type { Frame } from './frame';

/** A statement of work whose test (or hook, or file) is over. */
export function lateStatement(context: CallContext, current: Scope | undefined): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_LATE_QUERY',
    message: `A query came after the ${context.scope?.kind ?? 'file'} that started it had ended.`,
    facts: {
      query: describeOperation(context.operation),
      from: context.scope?.name,
      during: current?.name,
    },
    cure: 'await the query (or the function that sends it) in the test, or stop the background work in afterEach or afterAll.',
  });
}

/** A write of work that nobody waits for, at a moment when no hook and no test runs. */
export function strayStatement(context: CallContext, current: Scope | undefined): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_STRAY_QUERY',
    message: 'A query that writes came between two tests, while no test and no hook was running.',
    facts: { query: describeOperation(context.operation), between: current && `tests of ${current.name}` },
    cure:
      'something works by itself: a timer, a poller, a server that was started with the app. Start it in a hook, stop it in\n' +
      "afterEach or afterAll; or await in the test what it waits for. What it writes would be there for all of the block's other tests.",
  });
}

/** The connection to the worker database broke during a scope. */
export function connectionLost(cause: unknown): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_CONNECTION_LOST',
    message: 'The connection to the test database was lost, and with it what this test had written.',
    facts: { reason: messageOf(cause) },
    cure: 'see whether the database server was restarted or ended the connection; the next test connects anew.',
    cause,
  });
}

/** The outermost transaction was ended by something that the sandbox did not prevent. */
export function sandboxLost(database: string, cause: unknown, suspect: Suspect | undefined): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_SANDBOX_LOST',
    message: `The transaction that isolates this test was ended by a statement (database '${database}').`,
    facts: {
      statement: suspect?.sql,
      query: suspect && describeOperation(suspect.operation),
      reason: messageOf(cause),
    },
    cure:
      'Nothing of it reaches the next test. Statements that end a transaction by themselves need a database without a\n' +
      'sandbox in this file: /** @prisma-isolation clone */',
    cause,
  });
}

/** A statement that may have done what an error tells of. */
interface Suspect {
  readonly sql: string;
  readonly operation: Operation | undefined;
}

/** A statement that did not end with its test; its connection has been cut. */
export function statementCut(database: string, running: Suspect | undefined): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_STATEMENT_CUT',
    message: `A statement was still running after its test had ended, and did not end by itself (database '${database}').`,
    facts: { statement: running?.sql, query: running && describeOperation(running.operation) },
    cure: 'await the query in the test, and give it less to do; its connection has been cut, and the next test has a new one.',
  });
}

/** Transaction control in the application's own SQL. */
export function controlRefused(sql: string, context: CallContext): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_RAW_TRANSACTION',
    message: 'A raw statement would begin or end the transaction that isolates this test.',
    facts: { statement: sql.trim().slice(0, 200), query: describeOperation(context.operation) },
    cure: 'use prisma.$transaction(); or give this file a database without a sandbox: /** @prisma-isolation clone */',
  });
}

/** A statement that this database commits by itself, with everything before it. */
export function implicitCommitRefused(sql: string, context: CallContext): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_IMPLICIT_COMMIT',
    message: 'A statement would commit the transaction that isolates this test: MySQL and MariaDB commit before and after DDL.',
    facts: { statement: sql.trim().slice(0, 200), query: describeOperation(context.operation) },
    cure: 'give this file a database without a sandbox: /** @prisma-isolation clone */; for a scratch table, CREATE TEMPORARY TABLE does not commit',
  });
}

/** A call on a transaction that was closed because its test ended. */
export function transactionGone(context: CallContext): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_TRANSACTION_GONE',
    message: 'This transaction was rolled back because the test that opened it had ended.',
    facts: { query: describeOperation(context.operation), from: context.scope?.name },
    cure: 'await prisma.$transaction() in the test.',
  });
}

/** Who waits for a transaction, and its holder, seem to wait for each other. `quiet` is in milliseconds. */
export function deadlock(context: CallContext, holder: Frame | undefined, quiet: number): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_DEADLOCK',
    message: `A query waits for a transaction that has been quiet for ${quiet / 1000} s: each seems to wait for the other.`,
    facts: {
      waiting: context.operation ? describeOperation(context.operation) : siteOf(context.label, 'a transaction'),
      holder: siteOf(holder?.label, 'an open transaction'),
    },
    cure:
      'In a sandbox all transactions share one connection: what is outside of an open $transaction waits until it ends.\n' +
      'Do not let the callback of one wait for work outside of it; or give this file a database without a sandbox:\n' +
      '/** @prisma-isolation clone */',
  });
}

function siteOf(label: TransactionLabel | undefined, otherwise: string): string {
  const location = label?.site.location();
  return location ? `prisma.$transaction() at ${location}` : otherwise;
}

/** A statement of the sandbox's own has failed: what stands in the database is not what the sandbox believes. */
export class OwnStatementError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

const lossKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TlsConnectionError', 'DatabaseDoesNotExist']);

/** Whether an error says that the connection is gone: by the adapters' kinds, PostgreSQL's classes, or the socket. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof OwnStatementError) return isConnectionLoss(error.cause);
  const { cause, message } = (error ?? {}) as { cause?: { kind?: string; code?: unknown; state?: unknown }; message?: string };
  if (cause?.kind && lossKinds.has(cause.kind)) return true;
  if (/^(?:57P0[123]|08\w{3})$/.test(String(cause?.code ?? ''))) return true;
  if (String(cause?.state ?? '').startsWith('08')) return true;
  return /Connection terminated|not queryable|ECONNRESET|EPIPE|Connection closed/.test(message ?? '');
}

/** Whether an error says that no transaction is open: PostgreSQL's 25P01, libsql's own word, or a savepoint that is not there. */
export function hasEnded(error: unknown): boolean {
  if (error instanceof OwnStatementError) return true;
  const { cause } = (error ?? {}) as { cause?: { code?: unknown; originalCode?: unknown } };
  return cause?.code === '25P01' || cause?.originalCode === '25P01' || cause?.originalCode === 'TRANSACTION_CLOSED';
}

function messageOf(cause: unknown): string {
  const inner = (cause as { cause?: { originalMessage?: string; message?: string } } | undefined)?.cause;
  return inner?.originalMessage ?? inner?.message ?? (cause instanceof Error ? cause.message : String(cause));
}
