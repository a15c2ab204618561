import type { Operation } from '../sandbox/call-context';
import { now, settlesWithin } from '../sandbox/clock';
import type { Sandbox } from '../sandbox/sandbox';
import type { PendingCall } from './client-calls';

/** How long queries that a test did not await may take to settle, and how long their database may be quiet. Milliseconds. */
const patience = 5000;
const quiet = 300;

/** Waits for calls as long as a database is at work; a callback that waits for nothing that comes is not waited for. */
export async function settleLate(calls: readonly PendingCall[], sandboxes: readonly Sandbox[]): Promise<void> {
  const all = Promise.all(calls.map((call) => call.settled));
  const end = now() + patience;
  while (!(await settlesWithin(all, quiet))) {
    if (now() > end || !sandboxes.some(({ stack }) => stack.running)) return;
  }
}

/** The last statement that a call sent, as far as it is known. */
export function lastSqlOf(operation: Operation, sandboxes: readonly Sandbox[]): string | undefined {
  for (const { log } of sandboxes) {
    if (log.running?.operation === operation) return log.running.sql;
    const record = log.last((each) => each.operation === operation);
    if (record) return record.sql;
  }
  return undefined;
}
