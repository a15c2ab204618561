import type { CallSite, Operation, Scope } from '../sandbox/call-context';
import { currentContext, runInContext } from '../sandbox/call-context';
import type { Session } from '../session';
import { isPrismaTestError, type PrismaTestError } from '../errors';
import { accessDenied } from './access-denied';
import type { PendingCall } from './client-calls';
import { abandonedTransaction, placeAt, unawaitedQuery } from './leave-errors';
import type { Isolation, ResolvedDatabaseOptions } from '../options';
import type { Sandbox } from '../sandbox/sandbox';
import type { ScopeLeftovers } from '../sandbox/sandbox-options';
import type { StatementLog } from '../sandbox/statement-log';
import { lastSqlOf, settleLate } from './late-calls';
import { createSession } from './create-session';
import { lateAdapter } from './late-adapter';
import { giveWayToIsolation } from './session-scopes';
import type { TestDatabase } from './test-database';
import { watchWrites, type WriteWatch } from './write-watch';

/** What one test file knows while it runs. */
export interface FileState {
  readonly path: string;
  /** Jest's root directory; places in the user's code are shown relative to it. */
  readonly rootDir: string;
  readonly databases: readonly TestDatabase[];
  /** Calls of this file's clients that have not settled. */
  readonly pending: Set<PendingCall>;
  /** By database, what the first app client's adapter looks like. */
  readonly adapterKeys: Map<string, string>;
  closed: boolean;
  /** Whether any of its fixtures is a worker's. */
  usesWorkerScope: boolean;
  /** The file's open scopes, its own first. */
  readonly scopes: readonly Scope[];
  readonly writes: WriteWatch;
  sandboxes(): readonly Sandbox[];
  /** The block that is being defined asks for an isolation of its own. */
  isolate(mode: Isolation): void;
  /** Whether the file's options let it use a database. */
  allows(database: string): boolean;
  accessDenied(database: string, operation?: Operation): PrismaTestError;
  /** Makes the sandbox's connection one of the app's kind, before a client's first query. */
  settleAdapter(database: TestDatabase): Promise<void>;
}

/** One test file in one worker: its session, and the scopes that Jest's events enter and leave. */
export interface FileRun {
  readonly session: Session;
  readonly databases: readonly TestDatabase[];
  /** The file's own scope; everything else is in it. */
  readonly root: Scope;
  /** Enters a scope; with a mode, it and what is in it is isolated in that way. */
  enter(kind: Scope['kind'], name: string, mode?: Isolation): Scope;
  /** Makes the databases ready for the first hook or statement of a scope. */
  ready(scope: Scope): Promise<void>;
  /** A hook or a test begins; or has ended, and until the next one nobody may write. */
  setBusy(isBusy: boolean): void;
  /** Tells when the databases that clients are led to have become others. */
  onMove(listener: () => void): void;
  /** Tells when a block that is being defined asks for an isolation of its own. */
  onIsolate(listener: (mode: Isolation) => void): void;
  /** Rolls back what came since; resolves to what the scope left undone, as errors to show. */
  leave(scope: Scope): Promise<readonly PrismaTestError[]>;
  /** Runs a hook or a test so that its queries are known to be its own. */
  runIn<T>(scope: Scope, work: () => T): T;
  /** The statements sent to a database since the last call. */
  takeStatements(database: string): ReturnType<StatementLog['take']>;
  close(): Promise<readonly PrismaTestError[]>;
}

/** Begins a file: its scope is entered in every database that it may use. */
export function openFileRun(
  path: string,
  databases: readonly TestDatabase[],
  options: readonly ResolvedDatabaseOptions[],
  rootDir: string,
): FileRun {
  const denied = new Map(options.filter(({ access }) => access === 'deny').map((each) => [each.name, each]));
  const sandboxes = (): Sandbox[] => databases.flatMap((database) => database.prepared?.sandbox ?? []);
  const isolations = () => databases.flatMap((database) => database.prepared?.isolation ?? []);
  let moveListener = (): void => {};
  let isolateListener = (_mode: Isolation): void => {};
  const scopes: Scope[] = [];
  const writes = watchWrites(sandboxes());
  /** Without isolation nothing is rolled back: what a scope wrote is there in the one around it. */
  const isKept = options.some(({ isolation }) => isolation === 'none');
  const file: FileState = {
    path,
    rootDir,
    databases,
    pending: new Set(),
    adapterKeys: new Map(),
    closed: false,
    usesWorkerScope: false,
    allows: (database) => !denied.has(database),
    scopes,
    writes,
    sandboxes,
    isolate: (mode) => isolateListener(mode),
    accessDenied: (database, operation) => accessDenied(path, database, denied.get(database), operation),
    async settleAdapter(database) {
      if (!(await database.settle())) throw lateAdapter(database);
    },
  };

  const enter = (kind: Scope['kind'], name: string, mode?: Isolation): Scope => {
    const scope: Scope = { kind, name, closed: false };
    scopes.push(scope);
    for (const database of databases) {
      const given = kind === 'file' ? options.find((each) => each.name === database.name)?.isolation : mode;
      database.prepared?.sandbox.enter(scope);
      database.prepared?.isolation.enter(scope, given);
    }
    return scope;
  };

  let urls = '';
  /** Tells of databases that have become others. */
  const moved = (): void => {
    const before = urls;
    urls = isolations()
      .map(({ url }) => url)
      .join('\n');
    if (urls !== before) moveListener();
  };
  const ready = async (scope: Scope): Promise<void> => {
    await giveWayToIsolation(file, scope);
    for (const isolation of isolations()) await isolation.ready(scope);
    moved();
  };

  const leave = async (scope: Scope): Promise<readonly PrismaTestError[]> => {
    const index = scopes.indexOf(scope);
    if (index < 0) return [];
    const left = scopes.splice(index);
    const outer = scopes.at(-1);
    if (isKept && outer) for (const each of left) writes.keep(each, outer);
    const late = [...file.pending].filter(({ operation }) => operation.scope && left.includes(operation.scope));
    if (late.length > 0) await settleLate(late, sandboxes());
    const unawaited = late.map(({ operation }) => ({ operation, sql: lastSqlOf(operation, sandboxes()) }));
    const errors: PrismaTestError[] = [];
    const abandoned = new Set<CallSite>();
    const rolledBack = ({ transactions }: ScopeLeftovers): void => {
      for (const label of transactions) {
        abandoned.add(label.site);
        errors.push(placeAt(abandonedTransaction(label, scope), label.site.location(), rootDir));
      }
    };
    const failed = (error: unknown): void => {
      if (!isPrismaTestError(error)) throw error;
      errors.push(placeAt(error, undefined, rootDir));
    };
    for (const sandbox of sandboxes()) await sandbox.leave(scope).then(rolledBack, failed);
    for (const isolation of isolations()) await isolation.leave(scope).then(rolledBack, failed);
    moved();
    // A transaction that was left open has been told of.
    const told = unawaited.filter(({ operation }) => !abandoned.has(operation.site));
    return [
      ...told.map(({ operation, sql }) => placeAt(unawaitedQuery(operation, scope, sql), operation.site.location(), rootDir)),
      ...errors,
    ];
  };

  const root = enter('file', path);
  return {
    session: createSession(file),
    databases,
    root,
    enter,
    ready,
    onMove: (listener) => void (moveListener = listener),
    onIsolate: (listener) => void (isolateListener = listener),
    setBusy(isBusy) {
      for (const sandbox of sandboxes()) sandbox.isBetween = !isBusy;
    },
    leave,
    takeStatements: (name) =>
      databases.find((database) => database.name === name)?.prepared?.sandbox.log.take() ?? { records: [], dropped: 0, lost: [] },
    runIn(scope, work) {
      for (const isolation of isolations()) isolation.touch(scope);
      return runInContext({ ...currentContext(), scope }, work);
    },
    async close() {
      const errors = await leave(root);
      writes.stop();
      file.closed = true;
      for (const sandbox of sandboxes()) sandbox.isBetween = false;
      return errors;
    },
  };
}
