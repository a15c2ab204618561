import type { Frame } from './frame';

const form =
  /^\s*(SAVEPOINT|RELEASE(?:\s+SAVEPOINT)?|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO(?:\s+SAVEPOINT)?)\s+("[^";]+"|[^\s;"]+)\s*;?\s*$/i;

/** Savepoints of the application's own, inside its own transaction, are its business: these are such statements. */
export function isOwnControl(sql: string): boolean {
  const name = form.exec(sql)?.[2];
  return name !== undefined && !/^"?jest_prisma_/i.test(name);
}

/** Notes what a savepoint statement that has succeeded did to the frame's savepoints. */
export function applyControl(frame: Frame, sql: string): void {
  const [, verb = '', name = ''] = form.exec(sql) ?? [];
  if (/^SAVEPOINT/i.test(verb)) frame.savepoints.push(name);
  else if (/^RELEASE/i.test(verb)) releaseSavepoint(frame, name);
  else rolledBackTo(frame, name);
}

/** A savepoint is gone, and those inside of it. */
export function releaseSavepoint(frame: Frame, name: string): void {
  const index = frame.savepoints.lastIndexOf(name);
  if (index >= 0) frame.savepoints.length = index;
}

/** The savepoint stands, those inside of it are gone, and the transaction is whole again. */
export function rolledBackTo(frame: Frame, name: string): void {
  const index = frame.savepoints.lastIndexOf(name);
  if (index >= 0) frame.savepoints.length = index + 1;
  frame.aborted = false;
}
