import { after } from './clock';
import { OwnStatementError } from './sandbox-errors';

/**
 * Statements of the sandbox's own that nobody waits for: they go with the next ones, in the same round trip where the
 * dialect can, or before the application's next one, or by themselves after a pause.
 */
export interface OwnStatements {
  soon(statements: readonly string[]): void;
  /** Sends statements, and those that were to be sent soon before them; failures are {@link OwnStatementError}s. */
  now(statements: readonly string[]): Promise<void>;
  /** Resolves when nothing is to be sent any more. */
  settled(): Promise<void>;
  /** Drops what was not sent, and waits for the rest. */
  drop(): Promise<void>;
}

/** What is to be sent soon is sent after so many milliseconds: others may wait for its locks. */
const pause = 20;

/** Those of one connection; `send` runs statements on it. */
export function createOwnStatements(send: (statements: readonly string[]) => Promise<void>): OwnStatements {
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;
  let cancel = (): void => {};

  const now = async (statements: readonly string[]): Promise<void> => {
    cancel();
    const all = [...waiting, ...statements];
    waiting = [];
    await sending;
    if (all.length === 0) return;
    try {
      await send(all);
    } catch (error) {
      throw new OwnStatementError(error);
    }
  };

  const sendAlone = (): void => {
    const sent = now([]);
    sending = sent;
    sent.then(
      () => (sending = undefined),
      // Who comes next is told.
      () => undefined,
    );
  };

  return {
    soon(statements) {
      if (statements.length === 0) return;
      cancel();
      waiting.push(...statements);
      cancel = after(pause, sendAlone);
    },
    now,
    settled: async () => {
      if (waiting.length > 0 || sending) await now([]);
    },
    async drop() {
      cancel();
      waiting = [];
      await sending?.catch(() => undefined);
    },
  };
}
