import type { CallSite } from '../sandbox/call-context';
import { captureCallSite } from './call-site';

/** The methods whose queries begin only when they are awaited, where nothing tells any more who called. */
export const rawMethods = ['$queryRaw', '$queryRawUnsafe', '$executeRaw', '$executeRawUnsafe'] as const;

type Method = (...args: readonly unknown[]) => unknown;

let current: CallSite | undefined;

/** The place of the raw call that is being started now. */
export function rawCallSite(): CallSite | undefined {
  return current;
}

/** Remembers for a raw call's promise where the call was made. It stays the promise it is. */
export function withCallSite(promise: object): object {
  const site = captureCallSite();
  for (const name of ['then', 'catch', 'finally', 'requestTransaction'] as const) {
    const start = (promise as Partial<Record<string, Method>>)[name];
    if (!start) continue;
    const starting = (...args: readonly unknown[]): unknown => {
      const before = current;
      current = site;
      try {
        return Reflect.apply(start, promise, args);
      } finally {
        current = before;
      }
    };
    Object.defineProperty(promise, name, { value: starting, configurable: true, writable: true });
  }
  return promise;
}
