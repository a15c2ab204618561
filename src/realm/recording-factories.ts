import type { Session } from '../session';

/**
 * Some adapter packages keep their factory's options private, and the sandbox's adapter must read values as the app's
 * does: the factory's arguments are noted when it is made. It stays the class it is.
 */
export function recordingFactories(actual: Record<string, unknown>, exportName: string, session: Session): Record<string, unknown> {
  const Factory = actual[exportName];
  if (typeof Factory !== 'function') return {};
  const recording = new Proxy(Factory, {
    construct(target, constructorArguments: unknown[], newTarget) {
      const factory = Reflect.construct(target, constructorArguments, newTarget) as object;
      session.recordAdapter(factory, constructorArguments);
      return factory;
    },
  });
  return { [exportName]: recording };
}
