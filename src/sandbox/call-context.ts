import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a call came from, in the user's code. Computed when it is shown, never before. */
export interface CallSite {
  /** `src/users.ts:12:28`, or `undefined` where the stack does not tell. */
  location(): string | undefined;
}

/** A node of the tree worker ⊃ file ⊃ describe ⊃ test. Whatever runs on its behalf carries it along. */
export interface Scope {
  readonly kind: 'worker' | 'file' | 'describe' | 'test';
  /** For people: the test's full name, the file's path. */
  readonly name: string;
  /** Becomes true when the scope is left; work that still carries it has come too late. */
  closed: boolean;
}

/** One `$transaction` call. A root client's call made inside its callback is known by the chain of parents. */
export interface TransactionLabel {
  readonly parent: TransactionLabel | undefined;
  readonly site: CallSite;
  /** Whether the transaction has begun: until then, one that begins in its context is the call's own. */
  claimed: boolean;
}

/** One call of a client: `user.create`, `$queryRaw`. */
export interface Operation {
  readonly name: string;
  readonly site: CallSite;
  readonly scope: Scope | undefined;
  /** What the sandbox refused it with: Prisma wraps errors on their way up, this is the original. */
  failure?: unknown;
}

/** What travels with the calls from the user's code down to the driver adapter. */
export interface CallContext {
  readonly scope: Scope | undefined;
  readonly label: TransactionLabel | undefined;
  readonly operation: Operation | undefined;
}

const nowhere: CallContext = Object.freeze({ scope: undefined, label: undefined, operation: undefined });

/** Lives in the worker's realm: async context crosses realms, so one store serves every file. */
const storage = new AsyncLocalStorage<CallContext>();

/** The context of the running call; never `undefined`. */
export function currentContext(): CallContext {
  return storage.getStore() ?? nowhere;
}

/** Runs `work`, and whatever it starts, with parts of the context replaced. */
export function runInContext<T>(change: Partial<CallContext>, work: () => T): T {
  return storage.run({ ...currentContext(), ...change }, work);
}

/** Whether `label` is `ancestor` or was made inside it. */
export function isInside(label: TransactionLabel | undefined, ancestor: TransactionLabel): boolean {
  for (let step = label; step; step = step.parent) if (step === ancestor) return true;
  return false;
}

/** Whether a call belongs to nobody: it comes between two tests, and from none, whose end it would be waited for. */
export function isStray({ isBetween }: { readonly isBetween: boolean }, { scope }: CallContext): boolean {
  return isBetween && scope?.kind !== 'test';
}

/** Notes on the call what it is refused with. Returns the error. */
export function refuse<E>({ operation }: CallContext, error: E): E {
  if (operation) operation.failure = error;
  return error;
}

/** `prisma.user.create() at src/users.ts:12:28`, as far as it is known. */
export function describeOperation(operation: Operation | undefined): string {
  if (!operation) return 'a query';
  const location = operation.site.location();
  return `prisma.${operation.name}()${location ? ` at ${location}` : ''}`;
}

/** `prisma.$transaction() at src/orders.ts:12:3`, as far as it is known. */
export function describeTransaction({ site }: TransactionLabel): string {
  return describeOperation({ name: '$transaction', site, scope: undefined });
}
