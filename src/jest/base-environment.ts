import type { EnvironmentContext, JestEnvironment, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createError } from '../errors';

/** A Jest environment whose optional members are methods, as those of Jest's own environments are. */
export interface BaseEnvironment extends Omit<
  JestEnvironment,
  'exportConditions' | 'getVmContext' | 'handleTestEvent' | 'setup' | 'teardown'
> {
  setup(): Promise<void>;
  teardown(): Promise<void>;
  getVmContext(): ReturnType<JestEnvironment['getVmContext']>;
  exportConditions?(): string[];
  handleTestEvent?(event: Circus.Event, state: Circus.State): Promise<void> | void;
}
export type EnvironmentClass = new (config: JestEnvironmentConfig, context: EnvironmentContext) => BaseEnvironment;

/** The environment that ours is built on: a short name as Jest knows it, a package, or a path. */
export function loadBaseEnvironment(name: string, rootDir: string): EnvironmentClass {
  const fromRoot = createRequire(path.join(rootDir, 'noop.js'));
  const own = createRequire(__filename);
  const candidates = [`jest-environment-${name}`, name];
  for (const require of [fromRoot, own]) {
    for (const candidate of candidates) {
      const file = resolve(require, candidate);
      if (file === undefined) continue;
      const module = require(file) as { default?: EnvironmentClass; TestEnvironment?: EnvironmentClass } | EnvironmentClass;
      return typeof module === 'function' ? module : (module.TestEnvironment ?? module.default ?? missing(name));
    }
  }
  return missing(name);
}

function resolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    // Not found from here; the next candidate may be, and who finds none says so.
    return undefined;
  }
}

function missing(name: string): never {
  throw createError({
    code: 'PRISMA_TEST_BASE_ENVIRONMENT',
    message: `The base environment '${name}' is not installed, or exports no environment.`,
    cure: path.isAbsolute(name) ? 'export it as TestEnvironment or by default' : `npm install --save-dev jest-environment-${name}`,
  });
}
