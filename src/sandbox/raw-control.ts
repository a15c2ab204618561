import { trimVisits, type Frame, type Visit } from './frame';

const form =
  /^(?:\s|--[^\n]*\n|\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/)*(SAVEPOINT|RELEASE(?:\s+SAVEPOINT)?|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO(?:\s+SAVEPOINT)?)\s+("[^";]+"|[^\s;"]+)\s*;?\s*$/i;

/** Savepoints of the application's own, inside its own transaction, are its business: these are such statements. */
export function isOwnControl(sql: string): boolean {
  const name = form.exec(sql)?.[2];
  return name !== undefined && !/^"?jest_prisma_/i.test(name);
}

/** Notes what a savepoint statement that has succeeded did to the frame's savepoints. Returns as {@link rolledBackTo}. */
export function applyControl(frame: Frame, sql: string): readonly Visit[] {
  const [, verb = '', name = ''] = form.exec(sql) ?? [];
  if (/^SAVEPOINT/i.test(verb)) frame.savepoints.push(name);
  else if (/^RELEASE/i.test(verb)) releaseSavepoint(frame, name);
  else return rolledBackTo(frame, name);
  return [];
}

/** A savepoint is gone, and those inside of it; what was done in them belongs to what is around. */
export function releaseSavepoint(frame: Frame, name: string): void {
  const index = frame.savepoints.lastIndexOf(name);
  if (index < 0) return;
  frame.savepoints.length = index;
  const raise = (each: Visit): Visit => ({ ...each, depth: Math.min(each.depth, index) });
  frame.visits = frame.visits.map(raise);
  frame.writes = frame.writes.map(raise);
}

/**
 * The savepoint stands, those inside of it are gone, and the transaction is whole again. Returns what had come from
 * outside of the transaction and is gone with them.
 */
export function rolledBackTo(frame: Frame, name: string): readonly Visit[] {
  const index = frame.savepoints.lastIndexOf(name);
  const lost = index < 0 ? [] : trimVisits(frame, index + 1);
  if (index >= 0) frame.savepoints.length = index + 1;
  frame.aborted = false;
  return lost;
}
