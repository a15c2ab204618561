import type { Dialect } from '../sandbox/dialect';

/** The kinds of database this package knows, by Prisma's own names for them. */
export type ProviderName = 'sqlite' | 'postgresql' | 'mysql';

/** What a provider is told when it is made. Everything is resolved: a provider reads no environment and no cwd. */
export interface ProviderContext {
  /** Jest's root directory, absolute. */
  readonly rootDir: string;
  /** A folder of our own for templates and servers, absolute; it exists and is writable. */
  readonly cacheDir: string;
  /** The datasource's URL or the option `url`; `undefined` where the project names none; `embedded` for the npm server. */
  readonly url: string | undefined;
  /** Folders from which optional peers are resolved, most specific first. */
  readonly resolveFrom: readonly string[];
  /** A short stable key of the Prisma project, `[a-z0-9_]+`, for names that must differ between projects. */
  readonly projectKey: string;
  /** Says something to the user (one line, no newline at its end). */
  report(line: string): void;
}

/** A fresh, empty database that is about to become a template. */
export interface TemplateTarget {
  /** Connects to the database that is being built; never the user's own. */
  readonly url: string;
  /**
   * Runs SQL as the native driver runs it: several statements, function bodies and `DO` blocks included.
   * Rejects with the driver's error; where the driver tells the place, `error.position` is the offset in `sql`.
   * Where it counts, `error.statement` is how many statements had been done.
   */
  execute(sql: string): Promise<void>;
}

/** One worker's clone of a template. It is the worker's own until it is released or the process ends. */
export interface WorkerDatabase {
  /** URL in the datasource's form: what environment variables are rewritten to. */
  readonly url: string;
  /** Name for people: a database name or a file. */
  readonly name: string;
  /** Throws when the lease is known to be lost (the server dropped the session that held it); absent where it cannot be. */
  check?(): void;
  /**
   * Makes its content the template's again; the URL stays. No connection of ours to it is open then. With `source`, the
   * URL of another worker database of the same template, it becomes a copy of that one, to which nobody is connected.
   */
  renew(source?: string): Promise<void>;
  /** Frees the slot and removes what must not stay. Safe to call twice. */
  release(): Promise<void>;
  /** The same as far as it can be done in a process's `exit` handler; absent where the server frees the slot by itself. */
  releaseSync?(): void;
}

/** What a driver adapter package is called and how its factory is made for a URL. */
export interface AdapterPackage {
  /** `@prisma/adapter-pg`; equals the factory's `adapterName`. */
  readonly name: string;
  /** The export that is the factory class. */
  readonly exportName: string;
  /**
   * Arguments of the factory's constructor for a worker database: the app's own arguments (`undefined` if there are
   * none to follow), with nothing but the connection changed. `connections` is the most that it may open.
   */
  argumentsFor(url: string, appArguments: readonly unknown[] | undefined): readonly unknown[];
  /** Constructor arguments read off an instance, where the package keeps them readable; else `undefined`. */
  readArguments?(factory: object): readonly unknown[] | undefined;
  /**
   * Has the connections of an adapter that was made elsewhere (option `adapter`) keep no process alive while they are
   * idle. Called before its first query; absent where connections never do.
   */
  adopt?(adapter: object): void;
}

/**
 * What holds databases. A provider is a factory that returns a literal; it knows its server and nothing of Prisma
 * schemas, Jest or sandboxes. Each passes the same contract suite (`__tests__/providers/contract.ts`).
 */
export interface Provider {
  readonly name: ProviderName;
  readonly dialect: Dialect;
  /** Adapter packages that speak to it, the preferred one first. */
  readonly adapters: readonly AdapterPackage[];
  /** Whatever of the server decides a template's content, for the fingerprint: `postgresql 15.18`. */
  version(): Promise<string>;
  /**
   * Makes sure that the template of this fingerprint exists and is complete. Any number of processes may call it at
   * once: one builds, the others wait. A build that dies half-way is rebuilt by the next caller.
   */
  ensureTemplate(fingerprint: string, build: (target: TemplateTarget) => Promise<void>): Promise<'hit' | 'built'>;
  /** Leases a fresh clone of the template for this process. */
  lease(fingerprint: string): Promise<WorkerDatabase>;
  /** Removes leftovers and templates that nobody uses; returns the names of what it removed. */
  clean(): Promise<readonly string[]>;
  /** Closes the provider's own connections (not the leases'). */
  close(): Promise<void>;
}
