import type { OpenScope, SessionScopes } from '../session';
import type { Scope } from '../sandbox/call-context';
import { settlesWithin } from '../sandbox/clock';
import type { FileState } from './file-run';
import { forgetWorkerScope, keepWorkerValue, otherIsolation, runInWorkerScope, tooLate, workerScopeOf, workerValue } from './worker-scope';

/** How long queries of modules may take to settle before the worker's scope is opened. Milliseconds. */
const patience = 5000;

/** The scopes of a file as its fixtures see them. */
export function createSessionScopes(file: FileState): SessionScopes {
  const { scopes, sandboxes, writes } = file;
  const ids = new Map<Scope, number>();
  let lastId = 0;
  const idOf = (scope: Scope): number => {
    const id = ids.get(scope) ?? ++lastId;
    ids.set(scope, id);
    return id;
  };
  const open = (): readonly OpenScope[] => {
    const worker = workerScopeOf(sandboxes());
    const all = [...(worker ? [worker] : []), ...scopes];
    for (const scope of ids.keys()) if (!all.includes(scope)) ids.delete(scope);
    return all.map((scope) => ({ id: idOf(scope), kind: scope.kind, lastWrite: writes.lastIn(scope) }));
  };
  /** Only the sandbox has a place beneath files: with another isolation, what is a worker's is made in each file. */
  const isSandboxed = file.databases.every(({ prepared }) => !prepared || prepared.isolation.mode === 'transaction');
  return {
    open,
    writes: () => writes.count,
    async inWorker(work) {
      if (!isSandboxed) return work();
      file.usesWorkerScope = true;
      // What the file's modules have sent must not find the worker's scope open.
      await settlesWithin(Promise.all([...file.pending].map(({ settled }) => settled)), patience);
      const [root, ...inner] = scopes;
      if (!root || inner.length > 0 || writes.lastIn(root) > 0) throw tooLate(root ?? { name: file.path });
      return runInWorkerScope(sandboxes(), root, work);
    },
    workerValue(key) {
      const value = isSandboxed ? workerValue(key) : undefined;
      if (value !== undefined) file.usesWorkerScope = true;
      return value;
    },
    keepWorkerValue(key, value) {
      if (isSandboxed) keepWorkerValue(key, value, sandboxes());
    },
  };
}

/** Takes the worker's scope out of the way of a scope whose isolation is not the sandbox's. */
export async function giveWayToIsolation({ databases, scopes, writes, usesWorkerScope }: FileState, scope: Scope): Promise<void> {
  for (const { prepared } of databases) {
    if (!prepared || prepared.isolation.mode === 'transaction') continue;
    if (usesWorkerScope) throw otherIsolation(scope, prepared.isolation.mode);
    if (scopes.every((each) => writes.lastIn(each) === 0)) await forgetWorkerScope(prepared.sandbox, scopes);
  }
}
