import { types } from 'node:util';
import { isPrismaTestError } from '../errors';

const { isNativeError } = types;

/**
 * An error of the worker's realm as an `Error` of this one, so that `toThrow(Error)` and `instanceof` hold. Its stack
 * shows the user's line where that is known, and none of ours.
 */
export function toRealmError(error: unknown, location?: string): unknown {
  if (error instanceof Error) return error;
  if (isDriverError(error))
    return Object.assign(new Error(error.message, { cause: error.cause }), { name: error.name, stack: error.stack });
  if (!isPrismaTestError(error)) return error;
  const copy = new Error(error.message, error.cause === undefined ? undefined : { cause: error.cause });
  copy.name = error.name;
  copy.stack = `${error.name}: ${error.message}${location === undefined ? '' : `\n    at ${location}`}`;
  Object.defineProperty(copy, Symbol.for('jest-environment-prisma.error'), { value: true });
  return Object.assign(copy, { code: error.code, description: error.description });
}

/** What a commit fails with comes as the driver adapter has thrown it: Prisma gives only errors of queries words of its own. */
function isDriverError(error: unknown): error is Error {
  return isNativeError(error) && error.name === 'DriverAdapterError';
}

/** An error of ours that was made in this realm, shown at the user's line: its message tells of the cause. */
export function shownAt<E extends Error>(error: E, location: string | undefined): E {
  error.stack = `${error.name}: ${error.message}${location === undefined ? '' : `\n    at ${location}`}`;
  delete error.cause;
  return error;
}
