import type { OpenScope, SessionScopes } from '../session';
import type { Scope } from '../sandbox/call-context';
import { settlesWithin } from '../sandbox/clock';
import type { FileState } from './file-run';
import { keepWorkerValue, runInWorkerScope, tooLate, workerScopeOf, workerValue } from './worker-scope';

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
  return {
    open,
    writes: () => writes.count,
    async inWorker(work) {
      // What the file's modules have sent must not find the worker's scope open.
      await settlesWithin(Promise.all([...file.pending].map(({ settled }) => settled)), patience);
      const [root, ...inner] = scopes;
      if (!root || inner.length > 0 || writes.lastIn(root) > 0) throw tooLate(root ?? { name: file.path });
      return runInWorkerScope(sandboxes(), root, work);
    },
    workerValue,
    keepWorkerValue: (key, value) => keepWorkerValue(key, value, sandboxes()),
  };
}
