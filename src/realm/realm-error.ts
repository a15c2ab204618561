import { isPrismaTestError } from '../errors';

/**
 * An error of the worker's realm as an `Error` of this one, so that `toThrow(Error)` and `instanceof` hold. Its stack
 * shows the user's line where that is known, and none of ours.
 */
export function toRealmError(error: unknown, location?: string): unknown {
  const isForeign = !(error instanceof Error);
  if (!isForeign || !isPrismaTestError(error)) return error;
  const copy = new Error(error.message, error.cause === undefined ? undefined : { cause: error.cause });
  copy.name = error.name;
  copy.stack = `${error.name}: ${error.message}${location === undefined ? '' : `\n    at ${location}`}`;
  Object.defineProperty(copy, Symbol.for('jest-environment-prisma.error'), { value: true });
  return Object.assign(copy, { code: error.code, description: error.description });
}

/** An error of ours that was made in this realm, shown at the user's line: its message tells of the cause. */
export function shownAt<E extends Error>(error: E, location: string | undefined): E {
  error.stack = `${error.name}: ${error.message}${location === undefined ? '' : `\n    at ${location}`}`;
  delete error.cause;
  return error;
}
