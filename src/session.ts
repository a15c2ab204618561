import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Isolation } from './options';
import type { CallSite } from './sandbox/call-context';

/** The one property of the environment's global through which the two realms speak. */
export const sessionKey: unique symbol = Symbol.for('jest-environment-prisma.session') as never;

/** What a generated client tells of itself: parts of the config that it gives to `getPrismaClient`. */
export interface ClientFacts {
  /** The whole schema that it was generated from. */
  readonly inlineSchema: string;
  readonly activeProvider: string;
  readonly clientVersion: string | undefined;
}

/** One call of a client, from the user's line to its result. */
export interface ClientCall {
  /** Runs `work` so that the sandbox knows on whose behalf its statements come. */
  run<T>(work: () => T): T;
  /** The call has settled. With the error it failed with, returns the one that the user should see. */
  end(error?: unknown): unknown;
}

/** One `$transaction` call. */
export interface TransactionCall extends ClientCall {
  /** Resolves when no other transaction is in the way: Prisma's `maxWait` begins to count only then. */
  turn(): Promise<void>;
}

/** What the sandbox knows of a running call. */
export interface CallerContext {
  /** Equal for calls that belong to the same transaction, or to none. */
  readonly key: string;
  run<T>(work: () => T): T;
}

/** A client that has joined a database's sandbox. */
export interface JoinedClient {
  /** Name of that database; `undefined` for a client that was refused. */
  readonly database?: string;
  readonly adapter: SqlDriverAdapterFactory;
  call(name: string, site: CallSite): ClientCall;
  /** `nested`: a transaction inside the transaction client, which is a savepoint of Prisma's own. */
  transaction(site: CallSite, nested: boolean): TransactionCall;
  /** On whose behalf the running call comes, to be gone back to. */
  context?(): CallerContext;
}

/** A database as a test sees it, before its client is made. */
export interface SessionDatabase {
  readonly name: string;
  /** URL of the database that clients are led to now: the worker database, or the running test's clone. */
  readonly url: string;
  /** The app's module that exports its client, absolute, and the name of the export. */
  readonly appClient: { readonly module: string; readonly exportName: string | undefined } | undefined;
  /** The generated client's module: absolute, or a package name; and whether it is an ES module. */
  readonly generatedClient: { readonly module: string; readonly mayBeEsModule: boolean } | undefined;
  /** Why there is no client, to be thrown when it is asked for. */
  clientMissing(): Error;
  /** The adapter that a client of ours is given; it is exchanged for the sandbox's like any other. */
  readonly adapter: SqlDriverAdapterFactory;
}

/** A module by its file, and the same code as an ES module where the package has it. */
export interface ModuleFile {
  readonly file: string;
  readonly esModule: string | undefined;
}

/** A scope that is open now. */
export interface OpenScope {
  /** The same scope has the same id as long as it is open; no two of a file share one. */
  readonly id: number;
  readonly kind: 'worker' | 'file' | 'describe' | 'test';
  /** Which of the file's writes was the latest that is in effect in it; 0 if there is none. */
  readonly lastWrite: number;
}

/** What fixtures need of the worker's realm. */
export interface SessionScopes {
  /** The scopes that are open now, outermost first. */
  open(): readonly OpenScope[];
  /** The number of writes so far: what is read now is as new as that. */
  writes(): number;
  /** Runs `work` beneath the file's scope, which must hold nothing yet: the rows stay for the worker's later files. */
  inWorker<T>(work: () => Promise<T>): Promise<T>;
  /** A value made in the worker's scope, as text; `undefined` when its rows are gone. */
  workerValue(key: string): string | undefined;
  keepWorkerValue(key: string, value: string): void;
}

/** One statement that a database got on behalf of the application. */
export interface ExecutedQuery {
  readonly database: string;
  readonly sql: string;
  /** `prisma.user.findMany() at src/users.ts:12:28`. */
  readonly call: string;
}

/** A write of the root client inside of a `$transaction` callback, taken along by its rollback. In production it stays. */
export interface LostWrite {
  readonly database: string;
  readonly sql: string;
  /** `prisma.audit.create() at src/audit.ts:3:5`. */
  readonly call: string;
  /** `prisma.$transaction() at src/orders.ts:12:3`. */
  readonly transaction: string;
}

/** What the worker's realm offers to one test file's realm. Frozen; closed when the file ends. */
export interface Session {
  readonly databases: Readonly<Record<string, SessionDatabase>>;
  /** Files of Prisma's client runtime, of which each copy is wrapped. */
  readonly runtimes: readonly ModuleFile[];
  /** Driver adapter packages that the project can reach: file, and the export that is the factory class. */
  readonly adapters: readonly (ModuleFile & { readonly exportName: string })[];
  /** Remembers with which arguments an adapter's factory was made. */
  recordAdapter(factory: object, constructorArguments: readonly unknown[]): void;
  /** Why an app's adapter may not open a connection; `undefined` if it may. */
  outsideConnection(adapterName: string): Error | undefined;
  /** Lets a client join the database that it was generated for; `undefined` lets it be. */
  join(facts: ClientFacts, adapter: object | undefined): JoinedClient | undefined;
  /** Keeps what is costly to make and belongs to no realm (a compiled WebAssembly module) for later files. */
  keep<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Gives the describe block that is being defined an isolation of its own. */
  isolate(mode: Isolation): void;
  readonly scopes: SessionScopes;
  /** Those of the running test so far. */
  lostWrites(): readonly LostWrite[];
  /** Tells of each statement from now on; returns what ends that. Savepoints of the sandbox are not among them. */
  watchQueries(listener: (query: ExecutedQuery) => void): () => void;
}

/** A copy of this package: what of it is loaded in the worker must be what is loaded in the test's realm. */
export interface PackageCopy {
  readonly version: string;
  /** The environment's own file. */
  readonly file: string;
}

/** The session as the test file's realm finds it: what Jest knows is added. */
export interface RealmSession extends Session {
  /** The copy of this package that the environment is of. */
  readonly copy: PackageCopy;
  /** Whether Jest loads a file as an ES module. */
  isEsModule(file: string): boolean;
}
