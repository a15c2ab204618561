/** How a test's work is undone. */
export type Isolation = 'transaction' | 'truncate' | 'clone' | 'none';

/** The options of one database, as a user writes them in `testEnvironmentOptions`. */
export interface DatabaseOptions {
  /** `prisma.config.ts`; default: Prisma's own discovery from the root directory. */
  readonly config?: string;
  /** Overrides the config's schema (file or folder). */
  readonly schema?: string;
  /** The app's module that exports its client: `./src/db.ts`, or `./src/db.ts#name`. */
  readonly client?: string;
  /** Module with a default export `(url) => SqlDriverAdapterFactory`; default: as the app makes it, or the official adapter that is installed. */
  readonly adapter?: string;
  /** Server for the test databases; default: the datasource's URL. `embedded` starts PostgreSQL from npm. */
  readonly url?: string;
  /** External tables and enums: made as if Prisma managed them (default), or left out. */
  readonly external?: 'create' | 'omit' | { readonly create?: readonly string[]; readonly omit?: readonly string[] };
  /** Schema files that exist in tests only: they add models, or replace one of the same name. */
  readonly overlay?: readonly string[];
  /** Models left out of this database. */
  readonly exclude?: readonly string[];
  /** SQL files run after the push, as the native driver runs them. */
  readonly sql?: readonly string[];
  /** Where the schema comes from: pushed, the migrations in order, or nothing but the SQL files of `sql`. */
  readonly source?: 'push' | 'migrations' | 'sql';
  readonly push?: 'auto' | 'engine' | 'cli';
  /** `true`: the config's `migrations.seed`; a path: a module's default export; runs into the template. */
  readonly seed?: boolean | string;
  readonly isolation?: Isolation;
  readonly access?: 'allow' | 'deny';
  /** The SQL of a failing test is shown with its failure (`failed`), of every test (`all`), or never. */
  readonly log?: 'failed' | 'all' | 'none';
  /** Further environment variables to rewrite to the worker database's URL. */
  readonly env?: readonly string[];
  /** Lets clients of undeclared schemas be; by default they are refused. */
  readonly passthrough?: boolean;
}

/** `testEnvironmentOptions` of this environment. */
export interface EnvironmentOptions extends DatabaseOptions {
  /** `node` (default), `jsdom`, or a path. */
  readonly baseEnvironment?: string;
  /** `testEnvironmentOptions` of the base environment; the place for jsdom's `url`, since `url` is a database's here. */
  readonly baseEnvironmentOptions?: Readonly<Record<string, unknown>>;
  /** Prints what set-up and tear-down cost, per worker. Also `PRISMA_TEST_TIMING=1`. */
  readonly timing?: boolean;
  /** Folder for templates; default `node_modules/.cache/jest-environment-prisma`. */
  readonly cacheDir?: string;
  /** Further databases by name, each with the options of a database. */
  readonly databases?: Readonly<Record<string, DatabaseOptions>>;
}

/** What {@link EnvironmentOptions} are read with: everything from outside that decides their meaning. */
export interface OptionsContext {
  /** Jest's `rootDir`, absolute: relative paths and `<rootDir>` are read against it. */
  readonly rootDir: string;
  /** The process's environment variables (`PRISMA_TEST_TIMING`, `PRISMA_TEST_CACHE_DIR`). */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An export of a module of the app: absolute path, and the export's name where the user gave one. */
export interface ModuleExport {
  readonly path: string;
  readonly name: string | undefined;
}

/** The options of one database with every default filled in and every path absolute. */
export interface ResolvedDatabaseOptions {
  /** `default`, or the key in `databases`. */
  readonly name: string;
  readonly config: string | undefined;
  readonly schema: string | undefined;
  readonly client: ModuleExport | undefined;
  readonly adapter: string | undefined;
  readonly url: string | undefined;
  readonly external: 'create' | 'omit' | { readonly create: readonly string[]; readonly omit: readonly string[] };
  readonly overlay: readonly string[];
  readonly exclude: readonly string[];
  readonly sql: readonly string[];
  readonly source: 'push' | 'migrations' | 'sql';
  readonly push: 'auto' | 'engine' | 'cli';
  /** `true`: the config's seed command; a string: absolute path of a module; `false`: none. */
  readonly seed: boolean | string;
  readonly isolation: Isolation;
  readonly access: 'allow' | 'deny';
  /** Why the file's docblock denies access, and what to change in it. */
  readonly denial?: { readonly because: string; readonly cure: string };
  readonly log: 'failed' | 'all' | 'none';
  readonly env: readonly string[];
  readonly passthrough: boolean;
}

/** All options, resolved and deeply frozen: what the rest of the package works with. */
export interface ResolvedOptions {
  readonly rootDir: string;
  /** Folder for templates, absolute; it need not exist yet. */
  readonly cacheDir: string;
  readonly timing: boolean;
  /** `node`, `jsdom`, another package's name, or an absolute path. */
  readonly baseEnvironment: string;
  /** `testEnvironmentOptions` as the base environment is to see them: nothing of ours among them. */
  readonly baseOptions: Readonly<Record<string, unknown>>;
  /** The databases by name, `default` first. */
  readonly databases: readonly [ResolvedDatabaseOptions, ...ResolvedDatabaseOptions[]];
}
