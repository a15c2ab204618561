import type { JestEnvironment } from '@jest/environment';
import type { Config } from '@jest/types';

/**
 * Prisma batches queries with `process.nextTick`. Jest's fake timers replace it, and then every `findUnique` hangs
 * until the test times out, with plain Prisma too. Kept real, everything works, and nothing that one would want to
 * fake is lost: `setSystemTime` still reaches `@default(now())`.
 */
const real = ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;

type Environment = Pick<JestEnvironment, 'fakeTimers' | 'fakeTimersModern' | 'global'>;
type FakeTimers = { useFakeTimers(config?: Config.FakeTimersConfig): void } | null;

/** Makes both kinds of Jest's fake timers leave alone what promises and queries move with. */
export function keepMicrotasksReal(environment: Environment, defaults: Config.ProjectConfig['fakeTimers']): void {
  keepInModern(environment.fakeTimersModern, defaults);
  keepInLegacy(environment.fakeTimers, environment.global as unknown as typeof globalThis);
}

function keepInModern(timers: FakeTimers, defaults: Config.ProjectConfig['fakeTimers']): void {
  if (!timers) return;
  const useFakeTimers = timers.useFakeTimers.bind(timers);
  timers.useFakeTimers = (config) => {
    const given = (config ?? {}) as { doNotFake?: readonly string[] };
    const before = given.doNotFake ?? (defaults as { doNotFake?: readonly string[] }).doNotFake ?? [];
    useFakeTimers({ ...given, doNotFake: [...new Set([...before, ...real])] } as Config.FakeTimersConfig);
  };
}

/** The legacy ones take no list: what they have replaced is put back. */
function keepInLegacy(timers: FakeTimers, global: typeof globalThis): void {
  if (!timers) return;
  const useFakeTimers = timers.useFakeTimers.bind(timers);
  timers.useFakeTimers = () => {
    const { setImmediate, clearImmediate } = global;
    const { nextTick } = global.process;
    useFakeTimers();
    Object.assign(global, { setImmediate, clearImmediate });
    global.process.nextTick = nextTick;
  };
}
