import { nodeRequire } from '../schema/node-require';

/** A database as the engine's executable works with it. */
export interface EngineDatabase {
  /** A driver adapter factory for the engine; its packages are the project's. */
  adapterFactory(): object;
  /** Throws an {@link engineError} with `P1003` where the server answers but the database is not there. */
  checkConnection(): Promise<void>;
  /** Makes the empty database and returns its name. */
  create(): Promise<string>;
}

/** An error that the engine's protocol carries by its code: `P1003` and its text. */
export function engineError(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The first package that the project has, and a `require` that finds what is beside it. */
export function requireFirst(directory: string, names: readonly string[]): { exports: Record<string, unknown>; beside: NodeJS.Require } {
  const require = nodeRequire(directory);
  for (const name of names) {
    try {
      const file = require.resolve(name);
      return { exports: require(file) as Record<string, unknown>, beside: nodeRequire(file) };
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw engineError(undefined, `The schema engine needs ${names.join(' or ')} to reach the database: npm install --save-dev ${names[0]}`);
}

/** A factory in the form that the engine wants, made by the package that the adapter itself is built on. */
export function bindFactory(factory: object, beside: NodeJS.Require): object {
  const utils = beside('@prisma/driver-adapter-utils') as { bindMigrationAwareSqlAdapterFactory(factory: object): object };
  return utils.bindMigrationAwareSqlAdapterFactory(factory);
}
