import { createError } from '../errors';
import { captureCallSite } from './call-site';
import { shownAt } from './realm-error';

/** What a generated client failed to load with, in words that say which line to write; every other error as it is. */
export function explainLoading(module: string, error: unknown): unknown {
  const { code, name, message = '' } = error as { code?: string; name?: string; message?: string };
  if (code === 'ERR_REQUIRE_ESM' || name === 'SyntaxError') return shownAt(clientIsEsm(module, error), captureCallSite().location());
  const missing = /Cannot find module '(\.[^']*\.[cm]?js)' from/.exec(message)?.[1];
  return missing === undefined ? error : shownAt(importsEndInJs(module, missing, error), captureCallSite().location());
}

function clientIsEsm(module: string, cause: unknown): Error {
  return createError({
    code: 'PRISMA_TEST_CLIENT_ESM',
    message: 'The generated Prisma client is an ES module, and Jest loads this project as CommonJS.',
    facts: { client: module },
    cure:
      'generate it as CommonJS, with this line in the generator block of the schema:\n' +
      'moduleFormat = "cjs"\n' +
      'or run Jest with ES modules: NODE_OPTIONS=--experimental-vm-modules, and in its config\n' +
      `extensionsToTreatAsEsm: ['.ts']`,
    cause,
  });
}

function importsEndInJs(module: string, missing: string, cause: unknown): Error {
  return createError({
    code: 'PRISMA_TEST_CLIENT_IMPORTS',
    message: `The generated Prisma client imports '${missing}', which is a TypeScript file: Jest does not find it by that name.`,
    facts: { client: module },
    cure:
      'tell Jest, in its config:\n' +
      `moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' }\n` +
      'or generate it without extensions, with this line in the generator block of the schema:\n' +
      'importFileExtension = ""',
    cause,
  });
}
