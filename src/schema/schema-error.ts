import { stripVTControlCharacters } from 'node:util';
import { createError } from '../errors';

/**
 * An error of the engine as ours: a schema that it rejects is `PRISMA_TEST_SCHEMA_INVALID` with Prisma's own text and
 * the file and line of the first mistake, anything else `PRISMA_TEST_ENGINE_FAILED`.
 */
export function schemaError(error: unknown): Error {
  // It may come from another realm, where `instanceof` does not hold.
  const { message = String(error), code } = error as { message?: string; code?: unknown };
  const text = stripVTControlCharacters(message).trim();
  if (code === 'P1012' || /^\s*-->/m.test(text)) return invalidSchema(text, error);
  return createError({
    code: 'PRISMA_TEST_ENGINE_FAILED',
    message: `Prisma's schema engine could not make the tables of this schema: ${text}`,
    cure: `try  push: 'cli'  in testEnvironmentOptions, and report the schema that this happens with`,
    cause: error,
  });
}

function invalidSchema(text: string, cause: unknown): Error {
  const [, file, line] = /^\s*-->\s+(.*):(\d+)\s*$/m.exec(text) ?? [];
  const message = /^error: (?:Error (?:validating|parsing)[^:]*: )?(.*)$/m.exec(text)?.[1] ?? text.split('\n')[0];
  return createError({
    code: 'PRISMA_TEST_SCHEMA_INVALID',
    message: `The Prisma schema is not valid: ${message}`,
    facts: { at: file && `${file}:${line}`, prisma: text },
    cure: 'correct that line; `npx prisma validate` checks your own files,\n`npx jest-environment-prisma schema` shows the schema with overlays and exclusions',
    cause,
  });
}
