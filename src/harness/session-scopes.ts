import type { OpenScope, SessionScopes } from '../session';
import type { Scope } from '../sandbox/call-context';
import type { FileState } from './file-run';
import { keepWorkerValue, runInWorkerScope, tooLate, workerScopeOf, workerValue } from './worker-scope';

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
  return {
    open,
    writes: () => writes.count,
    inWorker(work) {
      const [root, ...inner] = scopes;
      if (!root || inner.length > 0 || writes.lastIn(root) > 0) return Promise.reject(tooLate(root ?? { name: file.path }));
      return runInWorkerScope(sandboxes(), root, work);
    },
    workerValue,
    keepWorkerValue: (key, value) => keepWorkerValue(key, value, sandboxes()),
  };
}
