import { version } from '../../package.json';
import { createError } from '../errors';
import type { PackageCopy } from '../session';

/** Throws where a part of one copy of this package meets the environment of another. */
export function checkCopy(environment: PackageCopy, part: string, file: string): void {
  if (environment.version === version) return;
  throw createError({
    code: 'PRISMA_TEST_TWO_COPIES',
    message: `Two versions of jest-environment-prisma meet in one test file: ${part} is of ${version}, the environment of ${environment.version}.`,
    facts: { environment: environment.file, [part]: file },
    cure: 'let one be installed for all: npm ls jest-environment-prisma shows who asks for which, npm dedupe joins them',
  });
}
