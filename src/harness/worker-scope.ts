import { createError, type PrismaTestError } from '../errors';
import { runInContext, type Scope } from '../sandbox/call-context';
import type { Sandbox } from '../sandbox/sandbox';

/** A value of worker scope, and the sandboxes that hold its rows. */
interface KeptValue {
  readonly text: string;
  readonly sandboxes: readonly Sandbox[];
}

/** What one worker keeps from file to file in the scope beneath the files. One per process. */
const scope: Scope = { kind: 'worker', name: 'worker', closed: false };
const entered = new WeakSet<Sandbox>();
const values = new Map<string, KeptValue>();

/** The worker's scope, if any of these databases is in it. */
export function workerScopeOf(sandboxes: readonly Sandbox[]): Scope | undefined {
  return sandboxes.some((sandbox) => entered.has(sandbox)) ? scope : undefined;
}

/**
 * Runs `work` in the worker's scope. Savepoints are a stack: the file's scope `root` is left for that long, so it must
 * not hold anything yet.
 */
export async function runInWorkerScope<T>(sandboxes: readonly Sandbox[], root: Scope, work: () => Promise<T>): Promise<T> {
  for (const sandbox of sandboxes) {
    if (sandbox.current !== root) throw tooLate(root);
    await sandbox.leave(root);
    if (!entered.has(sandbox)) sandbox.enter(scope);
    entered.add(sandbox);
  }
  try {
    return await runInContext({ scope }, work);
  } catch (error) {
    // Half of it may be there: none of it stays, and the next file makes all anew.
    for (const sandbox of sandboxes) await leaveWorkerScope(sandbox);
    throw error;
  } finally {
    root.closed = false;
    for (const sandbox of sandboxes) sandbox.enter(root);
  }
}

async function leaveWorkerScope(sandbox: Sandbox): Promise<void> {
  await sandbox.leave(scope);
  entered.delete(sandbox);
  scope.closed = false;
}

/**
 * Gives up what a worker kept in a database, for a scope whose isolation is not the sandbox's: it would wait for the
 * sandbox's transaction, or not see what is in it. `inner` are the file's open scopes, in which nothing is written yet.
 */
export async function forgetWorkerScope(sandbox: Sandbox, inner: readonly Scope[]): Promise<void> {
  if (!entered.has(sandbox)) return;
  await leaveWorkerScope(sandbox);
  for (const each of inner) {
    each.closed = false;
    sandbox.enter(each);
  }
}

/** The value of a key, unless its rows went with a lost connection. */
export function workerValue(key: string): string | undefined {
  const kept = values.get(key);
  if (kept?.sandboxes.every((sandbox) => entered.has(sandbox) && sandbox.holds(scope))) return kept.text;
  values.delete(key);
  return undefined;
}

/** Keeps a value as long as the sandboxes that were in use when it was made keep their rows. */
export function keepWorkerValue(key: string, text: string, sandboxes: readonly Sandbox[]): void {
  values.set(key, { text, sandboxes: sandboxes.filter((sandbox) => entered.has(sandbox) && sandbox.holds(scope)) });
}

/** A block whose isolation cannot be had together with the rows that the file uses. */
export function otherIsolation(block: Scope, mode: string): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_WORKER_SCOPE_ISOLATION',
    message: `A describe block asks for isolation '${mode}', but its file uses fixtures of worker scope: it could not see their rows.`,
    facts: { describe: block.name },
    cure: "give the fixtures scope: 'file'; or put the block into a file of its own, with a docblock: /** @prisma-isolation … */",
  });
}

/** The file has written before its first hook, so there is no place beneath it any more. */
export function tooLate(root: Pick<Scope, 'name'>): PrismaTestError {
  return createError({
    code: 'PRISMA_TEST_WORKER_SCOPE_LATE',
    message: 'A fixture of worker scope cannot be made: this file has written to the database before its fixtures were made.',
    facts: { file: root.name },
    cure: 'move what is written while modules load (top of the file, set-up files) into a beforeAll hook or a fixture.',
  });
}
