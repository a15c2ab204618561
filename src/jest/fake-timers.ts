import type { JestEnvironment } from '@jest/environment';
import type { Config } from '@jest/types';

/**
 * Prisma batches queries with `process.nextTick`. Jest's modern fake timers replace it, and then every `findUnique`
 * hangs until the test times out, with plain Prisma too. Kept real, everything works, and nothing that one would want
 * to fake is lost: `setSystemTime` still reaches `@default(now())`.
 */
const real = ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;

export function keepMicrotasksReal(environment: Pick<JestEnvironment, 'fakeTimersModern'>, defaults: Config.ProjectConfig['fakeTimers']): void {
  const timers = environment.fakeTimersModern as unknown as { useFakeTimers(config?: Config.FakeTimersConfig): void } | null;
  if (!timers) return;
  const useFakeTimers = timers.useFakeTimers.bind(timers);
  timers.useFakeTimers = (config) => {
    const given = (config ?? {}) as { doNotFake?: readonly string[] };
    const before = given.doNotFake ?? (defaults as { doNotFake?: readonly string[] }).doNotFake ?? [];
    useFakeTimers({ ...given, doNotFake: [...new Set([...before, ...real])] } as Config.FakeTimersConfig);
  };
}
