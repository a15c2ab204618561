import { beforeAll, beforeEach, describe, jest } from '@jest/globals';
import { hostKey, type FixtureHost } from '../fixtures/fixture-host';
import type { RowOrigins } from '../realm/row-origins';
import type { Session } from '../session';

type Handles = Readonly<Record<string, { readonly client: unknown } | undefined>>;

/** The databases of `prismaTest`. */
export function databaseHandles(): Handles {
  return (globalThis as unknown as { prismaTest: { databases: Handles } }).prismaTest.databases;
}

/** Puts Jest's side of fixtures on the test file's global, where `jest-environment-prisma/fixtures` finds it. */
export function installFixtureHost(session: Session, rows: RowOrigins): void {
  let isUsed = false;
  const host: FixtureHost = {
    hooks: {
      beforeAll: (hook) => beforeAll(hook),
      beforeEach: (hook) => beforeEach(hook),
      describe: (name, body) => describe(name, body),
    },
    scopes: session.scopes,
    rows: { ...rows, decimal: (text) => decimalOf(session, text) },
    clients: { prisma: () => databaseHandles()['default']?.client, databases: databaseHandles },
    kept: {},
  };
  Object.defineProperty(globalThis, hostKey, {
    configurable: true,
    get() {
      if (!isUsed) rows.begin();
      isUsed = true;
      return host;
    },
  });
}

/** A Decimal of the class that this file's clients return. */
function decimalOf({ runtimes }: Session, text: string): unknown {
  const { Decimal } = jest.requireMock<{ Decimal: new (text: string) => unknown }>(runtimes[0]?.file ?? '');
  return new Decimal(text);
}
