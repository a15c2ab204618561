/**
 * Every way in which a user of this package can be wrong has one of these codes, and an entry of that name in
 * `docs/errors.md`. A code never changes its meaning: people search for it.
 */
export type ErrorCode = `PRISMA_TEST_${string}`;

/** What {@link createError} needs: the cause in one sentence, the facts, and the cure with the line to write. */
export interface ErrorDescription {
  readonly code: ErrorCode;
  /** What is wrong, as a sentence that says what was expected and what came. */
  readonly message: string;
  /** Facts worth a line each, by a short label: `{ query: 'prisma.user.findMany() at src/users.ts:12:28' }`. */
  readonly facts?: Readonly<Record<string, string | undefined>>;
  /** What to do about it; several lines where it shows code. */
  readonly cure: string;
  readonly cause?: unknown;
}

/** Marks our errors across realms and across copies of the package, where `instanceof` does not hold. */
const mark = Symbol.for('jest-environment-prisma.error');

/** The one error class of this package. Recognise it with {@link isPrismaTestError}, never with `instanceof`. */
export class PrismaTestError extends Error {
  readonly code: ErrorCode;
  readonly description: ErrorDescription;

  constructor(description: ErrorDescription) {
    super(renderError(description), description.cause === undefined ? undefined : { cause: description.cause });
    this.name = 'PrismaTestError';
    this.code = description.code;
    this.description = description;
    Object.defineProperty(this, mark, { value: true });
  }
}

/** An error with cause, cure and code, ready to be thrown. */
export function createError(description: ErrorDescription): PrismaTestError {
  return new PrismaTestError(description);
}

/** Whether a value is an error of this package, whichever realm or copy of it made it. */
export function isPrismaTestError(value: unknown): value is PrismaTestError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}

/** The text of an error: message, facts and cure in aligned columns, the code on a line of its own. */
export function renderError(description: ErrorDescription): string {
  const facts = Object.entries(description.facts ?? {}).filter(([, value]) => value !== undefined && value !== '');
  const rows: [label: string, value: string][] = [...(facts as [string, string][]), ['cure', description.cure]];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = rows.map(([label, value]) => {
    const indent = ' '.repeat(2 + width);
    return `  ${label.padEnd(width)}${value.split('\n').join(`\n${indent}`)}`;
  });
  return [description.message, ...lines, `  ${description.code}`].join('\n');
}
