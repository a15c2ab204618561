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

/** Where the executable was started. */
export interface EnginePlace {
  /** Folder that paths in URLs are relative to. */
  readonly directory: string;
  /** Folders in which the project's packages are looked up, in order. */
  readonly resolveFrom: readonly string[];
}

/** An error that the engine's protocol carries by its code: `P1003` and its text. */
export function engineError(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The first package that the project has, and a `require` that finds what is beside it. */
export function requireFirst(place: EnginePlace, names: readonly string[]): { exports: Record<string, unknown>; beside: NodeJS.Require } {
  for (const name of names) {
    for (const require of place.resolveFrom.map((directory) => nodeRequire(directory))) {
      const file = resolve(require, name);
      if (file !== undefined) return { exports: require(file) as Record<string, unknown>, beside: nodeRequire(file) };
    }
  }
  throw engineError(undefined, `The schema engine needs ${names.join(' or ')} to reach the database: npm install --save-dev ${names[0]}`);
}

/** A factory in the form that the engine wants, made by the package that the adapter itself is built on. */
export function bindFactory(factory: object, beside: NodeJS.Require): object {
  const utils = beside('@prisma/driver-adapter-utils') as { bindMigrationAwareSqlAdapterFactory(factory: object): object };
  return utils.bindMigrationAwareSqlAdapterFactory(factory);
}

function resolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
