import { version } from '../../package.json';
import { createError } from '../errors';
import { sessionKey, type RealmSession } from '../session';
import { captureCallSite } from './call-site';
import { shownAt } from './realm-error';

/**
 * Throws where a part of one copy of this package is loaded beneath the environment of another: two installed versions,
 * each with its own idea of what the other offers. Equal versions understand each other.
 */
export function checkCopy(part: string): void {
  const session = (globalThis as { [sessionKey]?: RealmSession })[sessionKey];
  if (!session || session.copy.version === version) return;
  const error = createError({
    code: 'PRISMA_TEST_TWO_COPIES',
    message: `Two versions of jest-environment-prisma meet in one test file: ${part} is of ${version}, the environment of ${session.copy.version}.`,
    facts: { environment: session.copy.file },
    cure: 'let one be installed for all: npm ls jest-environment-prisma shows who asks for which, npm dedupe joins them',
  });
  throw shownAt(error, captureCallSite().location());
}
