import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import path from 'node:path';
import { createError } from '../errors';

/** A row by column name. */
export type MysqlRow = Readonly<Record<string, unknown>>;

/** The part of the driver's connection that is used here. */
export interface MysqlConnection {
  query(sql: string | { readonly sql: string; readonly rowsAsArray?: boolean }, values?: readonly unknown[]): Promise<unknown>;
  reset(): Promise<void>;
  end(): Promise<void>;
  destroy(): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
}

/** The part of the `mariadb` module that is used here. It speaks to MySQL and to MariaDB. */
export interface MysqlDriver {
  createConnection(config: Readonly<Record<string, unknown>> & { readonly stream?: () => Socket }): Promise<MysqlConnection>;
}

/** The package that brings a `mariadb` of its own, for projects that do not depend on it directly. */
const carrier = '@prisma/adapter-mariadb';

/** Loads the project's own `mariadb`, or the one that its adapter depends on. */
export function loadMysqlDriver(resolveFrom: readonly string[]): MysqlDriver {
  for (const folder of resolveFrom) {
    const require = createRequire(path.join(folder, 'noop.js'));
    const found = load(require) ?? loadThrough(require);
    if (found) return found;
  }
  throw createError({
    code: 'PRISMA_TEST_MYSQL_DRIVER_MISSING',
    message: 'The driver `mariadb` is not installed: the test databases of MySQL and MariaDB are made through it.',
    facts: { 'looked in': resolveFrom.join(', ') },
    cure: `npm install --save-dev ${carrier}    (it brings the driver)`,
  });
}

function loadThrough(require: NodeJS.Require): MysqlDriver | undefined {
  try {
    return load(createRequire(require.resolve(carrier)));
  } catch {
    return undefined;
  }
}

function load(require: NodeJS.Require): MysqlDriver | undefined {
  let file: string;
  try {
    file = require.resolve('mariadb');
  } catch {
    return undefined;
  }
  return require(file) as MysqlDriver;
}
