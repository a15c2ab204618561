import type { Session } from '../session';
import { toRealmError } from './realm-error';

/**
 * The factory class of an adapter package, which stays what it is but for two things. Its arguments are noted when the
 * package keeps them private: the sandbox's adapter must read values as the app's does. And it opens no connection:
 * clients that have joined never ask it to.
 */
export function watchFactories(actual: Record<string, unknown>, exportName: string, session: Session): Record<string, unknown> {
  const Factory = actual[exportName];
  if (typeof Factory !== 'function') return {};
  const watched = new Proxy(Factory, {
    construct(target, constructorArguments: unknown[], newTarget) {
      const factory = Reflect.construct(target, constructorArguments, newTarget) as Connecting;
      session.recordAdapter(factory, constructorArguments);
      const connect = factory.connect.bind(factory);
      factory.connect = () => {
        const refusal = session.outsideConnection(factory.adapterName);
        return refusal ? Promise.reject(toRealmError(refusal)) : connect();
      };
      return factory;
    },
  });
  return { [exportName]: watched };
}

interface Connecting {
  readonly adapterName: string;
  connect(): Promise<unknown>;
}
