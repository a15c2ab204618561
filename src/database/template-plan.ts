import { createError } from '../errors';
import type { TemplateTarget } from '../providers/provider';
import type { SchemaFile } from '../schema/schema-source';
import { placeInScript, type ScriptFailure } from './script-place';

/** One step of making a template: a text that is run, or work of its own. */
export interface TemplateStep {
  /** What is being done, for the user who waits for it. */
  readonly what: string;
  run(target: TemplateTarget): Promise<void>;
}

/** Builds a template step by step; each says what it is doing if it takes long. */
export async function runSteps(
  steps: readonly TemplateStep[],
  target: TemplateTarget,
  around: (what: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const step of steps) await around(step.what, () => step.run(target));
}

/** A step that runs a user's SQL file; its failure names file, line and statement. */
export function sqlFileStep(file: SchemaFile): TemplateStep {
  return {
    what: `running ${file.path}`,
    run: (target) => target.execute(file.content).catch((error: unknown) => Promise.reject(sqlFileFailed(file, error))),
  };
}

function sqlFileFailed(file: SchemaFile, error: unknown): Error {
  const { message, where, detail, hint, cause, ...failure } = error as ScriptFailure & ServerError;
  const place = placeInScript(file.content, failure);
  return createError({
    code: 'PRISMA_TEST_SQL_FILE',
    message: `An SQL file failed: ${cause?.originalMessage ?? message ?? String(error)}`,
    facts: {
      file: place === undefined ? file.path : `${file.path}:${place.line}`,
      statement: place && shorten(place.statement),
      where,
      detail,
      hint,
    },
    cure: 'correct the statement; SQL files run in the order of the option `sql`, after the schema was pushed.',
    cause: error,
  });
}

/** What an error of a server may say beside its message; `where` is the line within a function's body. */
interface ServerError {
  readonly message?: string;
  readonly where?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly cause?: { readonly originalMessage?: string };
}

function shorten(statement: string): string {
  return statement.length > 400 ? `${statement.slice(0, 400)} …` : statement;
}
