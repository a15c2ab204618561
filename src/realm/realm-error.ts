import { isPrismaTestError } from '../errors';

/**
 * An error of the worker's realm as an `Error` of this one, so that `toThrow(Error)` and `instanceof` hold. Its stack
 * shows the user's line where that is known.
 */
export function toRealmError(error: unknown, site?: string): unknown {
  const isForeign = !(error instanceof Error);
  if (!isForeign || !isPrismaTestError(error)) return error;
  const copy = new Error(error.message, error.cause === undefined ? undefined : { cause: error.cause });
  copy.name = error.name;
  copy.stack = `${error.name}: ${error.message}${site ? `\n    at ${site}` : ''}`;
  Object.defineProperty(copy, Symbol.for('jest-environment-prisma.error'), { value: true });
  return Object.assign(copy, { code: error.code, description: error.description });
}
