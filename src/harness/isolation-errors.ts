import { createError } from '../errors';
import type { IsolationLevel } from './isolation-level';

/** A block has another isolation than what was written around it. */
export function mixed(level: IsolationLevel): Error {
  return createError({
    code: 'PRISMA_TEST_ISOLATION_MIXED',
    message: `A describe block asks for isolation '${level.mode}', but rows were written around it under another isolation: it could not see them, or would wait for them.`,
    facts: { describe: level.scope.name },
    cure: `give the whole file this isolation: /** @prisma-isolation ${level.mode} */; or make the rows in the block itself`,
  });
}

/** The tables could not be emptied after a test. */
export function restoreFailed(level: IsolationLevel, cause: unknown): Error {
  return createError({
    code: 'PRISMA_TEST_RESTORE_FAILED',
    message: `The rows of a ${level.scope.kind} could not be taken back: the worker database has been made anew.`,
    facts: { [level.scope.kind]: level.scope.name, reason: cause instanceof Error ? cause.message : String(cause) },
    cure: 'close what the test opens (clients of its own, processes that it started): an open transaction keeps tables from being emptied.',
    cause,
  });
}
