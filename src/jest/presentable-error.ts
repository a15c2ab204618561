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

/** Jest prints the stack beside the message, and the causes, which the message has told of: once is enough. */
function present(error: unknown): unknown {
  if (!isPrismaTestError(error)) return error;
  error.stack = '';
  // `description.cause` keeps it.
  delete error.cause;
  return error;
}
