import { jest } from '@jest/globals';
import { installGlobals } from '../realm/install-globals';
import { wrapGetPrismaClient, type GetPrismaClient } from '../realm/client-seam';
import { explainLoading } from '../realm/explain-client';
import type { ModuleLoader } from '../realm/module-loader';
import { createRowOrigins } from '../realm/row-origins';
import { checkCopy } from '../realm/same-copy';
import { watchFactories } from '../realm/watch-factories';
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
  checkCopy('its set-up file');
  const rows = createRowOrigins((database) => databaseHandles()[database]?.client);
  for (const runtime of session.runtimes) {
    replace(runtime, (actual) => ({
      getPrismaClient: wrapGetPrismaClient(actual['getPrismaClient'] as GetPrismaClient, session, rows, jest.requireActual),
    }));
  }
  for (const adapter of session.adapters) {
    replace(adapter, (actual) => watchFactories(actual, adapter.exportName, session));
  }
  for (const { generatedClient } of Object.values(session.databases)) {
    if (generatedClient?.mayBeEsModule) explain(generatedClient.module, loader, session);
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

/** A client that may be an ES module and is loaded as CommonJS, by whom ever, fails with an error that helps. */
function explain(module: string, loader: ModuleLoader, session: RealmSession): void {
  const file = loader.resolve(module);
  if (file === undefined || session.isEsModule(file)) return;
  mock(file, () => {
    try {
      return jest.requireActual<object>(file);
    } catch (error) {
      throw explainLoading(file, error);
    }
  });
}
