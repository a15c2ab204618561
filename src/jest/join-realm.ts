import { jest } from '@jest/globals';
import { installGlobals } from '../realm/install-globals';
import { wrapGetPrismaClient, type GetPrismaClient } from '../realm/client-seam';
import type { ModuleLoader } from '../realm/module-loader';
import { recordingFactories } from '../realm/recording-factories';
import { createRowOrigins } from '../realm/row-origins';
import { sessionKey, type ModuleFile, type RealmSession } from '../session';
import { databaseHandles, installFixtureHost } from './fixtures-host';
import { installMatchers } from './matchers';

// Called through bound copies: hoisting transforms, which may see this file in a linked package, look for `jest.mock(…)`.
const mock = jest.mock.bind(jest);
const mockEsm = jest.unstable_mockModule.bind(jest);

/**
 * Joins a test file's realm to its session, before the file: Prisma's client runtime gets its one wrapped function, and
 * the globals are defined. What is mocked here stays so for the whole file, `jest.resetModules()` included.
 */
export function joinRealm(loader: ModuleLoader): RealmSession | undefined {
  const session = (globalThis as { [sessionKey]?: RealmSession })[sessionKey];
  if (!session) return undefined;
  const rows = createRowOrigins((database) => databaseHandles()[database]?.client);
  for (const runtime of session.runtimes) {
    replace(runtime, (actual) => ({ getPrismaClient: wrapGetPrismaClient(actual['getPrismaClient'] as GetPrismaClient, session, rows) }));
  }
  for (const adapter of session.adapters) {
    replace(adapter, (actual) => recordingFactories(actual, adapter.exportName, session));
  }
  installGlobals(session, loader);
  installFixtureHost(session, rows);
  installMatchers();
  return session;
}

function replace({ file, esModule }: ModuleFile, change: (actual: Record<string, unknown>) => Record<string, unknown>): void {
  const make = (): Record<string, unknown> => {
    const actual = jest.requireActual<Record<string, unknown>>(file);
    return { ...actual, ...change(actual) };
  };
  mock(file, make);
  // The ES module beside it holds the same code; a mocked one cannot be imported for real, so it is made of this.
  if (esModule !== undefined) mockEsm(esModule, make);
}
