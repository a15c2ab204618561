import type { CallerContext } from '../session';

/** What of Prisma's data loader is looked at. */
interface DataLoader {
  request(request: object): Promise<unknown>;
  readonly options: {
    singleLoader(request: object): Promise<unknown>;
    batchLoader(requests: readonly object[]): Promise<unknown>;
    batchBy(request: object): string | undefined;
  };
}

/**
 * Prisma collects the calls of one tick and sends all of them from the first one's async context. By that context the
 * sandbox knows what belongs to a transaction's callback: each call gets its own back, and calls of different
 * transactions are not sent as one.
 */
export function keepRequestContexts(client: object, current: () => CallerContext): void {
  const dataloader = (client as { _requestHandler?: { dataloader?: DataLoader } })._requestHandler?.dataloader;
  if (!dataloader?.options) return;
  const { options } = dataloader;
  const contexts = new WeakMap<object, CallerContext>();
  const inContextOf = <T>(request: object | undefined, work: () => T): T => {
    const context = request && contexts.get(request);
    return context ? context.run(work) : work();
  };

  const { request } = dataloader;
  dataloader.request = (each) => {
    contexts.set(each, current());
    return request.call(dataloader, each);
  };
  const { singleLoader, batchLoader, batchBy } = options;
  Object.assign(options, {
    singleLoader: (each: object) => inContextOf(each, () => singleLoader(each)),
    batchLoader: (all: readonly object[]) => inContextOf(all[0], () => batchLoader(all)),
    batchBy(each: object) {
      const key = batchBy(each);
      return key && `${key} ${contexts.get(each)?.key ?? ''}`;
    },
  });
}
