import path from 'node:path';
import { runInThisContext } from 'node:vm';

/**
 * A `require` of Node's own, as a module in `directory` has it. It loads into the worker's realm even where it is asked
 * from a Jest test, whose `createRequire` is Jest's: that one can neither `import()` (Prisma's config loader does) nor
 * require an ES module (Prisma's engine is one).
 */
export function nodeRequire(directory: string): NodeJS.Require {
  const { createRequire } = runInThisContext(`process.getBuiltinModule('node:module')`) as typeof import('node:module');
  return createRequire(path.join(directory, 'noop.js'));
}

/** The global object that modules loaded by {@link nodeRequire} see. */
export function nodeGlobal(): Record<string, unknown> {
  return runInThisContext('globalThis') as Record<string, unknown>;
}
