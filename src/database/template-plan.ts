import { createError } from '../errors';
import type { TemplateTarget } from '../providers/provider';
import type { SchemaFile } from '../schema/schema-source';

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
  const { message, position, cause } = error as { message?: string; position?: unknown; cause?: { originalMessage?: string } };
  const offset = Number(position) - 1;
  const before = Number.isFinite(offset) && offset >= 0 ? file.content.slice(0, offset) : undefined;
  const line = before?.split('\n').length;
  const statement = before !== undefined ? statementAt(file.content, before.length) : undefined;
  return createError({
    code: 'PRISMA_TEST_SQL_FILE',
    message: `An SQL file failed: ${cause?.originalMessage ?? message ?? String(error)}`,
    facts: { file: line === undefined ? file.path : `${file.path}:${line}`, statement },
    cure: 'correct the statement; SQL files run in the order of the option `sql`, after the schema was pushed.',
    cause: error,
  });
}

/** The lines around an offset, up to the next semicolon at a line's end. */
function statementAt(text: string, offset: number): string {
  const start = text.lastIndexOf(';\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf(';', offset);
  return text.slice(start, end < 0 ? undefined : end + 1).trim().slice(0, 400);
}
