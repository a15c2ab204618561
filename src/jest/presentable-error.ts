import { isPrismaTestError } from '../errors';

/** Runs set-up whose failure Jest prints as "Test suite failed to run": our errors are shown without our own frames. */
export async function presentably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw present(error);
  }
}

/** The same for what a constructor does. */
export function presentablySync<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw present(error);
  }
}

/** Jest prints an error's stack, and its causes': the message tells all there is to tell a user. */
function present(error: unknown): unknown {
  if (!isPrismaTestError(error)) return error;
  for (let at: unknown = error; at instanceof Error; at = at.cause) at.stack = at.message;
  return error;
}
