import { defineFixture, type DefineFixture } from '../fixtures/fixture';
import { given as giveFixtures, type Given } from '../fixtures/given';
import { checkCopy } from '../realm/same-copy';

export type { Fixture, FixtureOptions, Fixtures, FixtureScope, ValuesOf } from '../fixtures/fixture';
export type { Given } from '../fixtures/given';
export { override } from '../fixtures/override';
export { expectQueries, type QueryBudget } from '../realm/expect-queries';

checkCopy('jest-environment-prisma/fixtures');

/** The clients that a fixture's function is given. */
export interface FixtureClients {
  /** The client of the default database. */
  readonly prisma: typeof globalThis.prisma;
  /** The handles of all databases: `databases.service.client`. */
  readonly databases: (typeof globalThis.prismaTest)['databases'];
}

/**
 * Defines a fixture: something that tests need, made once per scope (`worker`, `file`, `describe`, or `test`, the
 * default) and undone with it.
 *
 * ```ts
 * export const author = fixture('author', { scope: 'file' }, async ({ prisma }) => prisma.user.create({ data: { … } }));
 * export const post = fixture('post', { uses: { author } }, async ({ author, prisma }) => prisma.post.create({ … }));
 * ```
 */
export const fixture: DefineFixture<FixtureClients> = defineFixture;

/** Gives the tests of a block, or one test, the values of fixtures. */
export const given: Given = giveFixtures as Given;
