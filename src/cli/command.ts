import type { InspectedDatabase } from '../harness/inspect';
import type { ResolvedOptions } from '../options';

/** The flags that commands have in common. */
export interface CommandFlags {
  readonly sql: boolean;
}

/** What a command works with. Nothing is read before it is asked for. */
export interface CommandContext {
  readonly cwd: string;
  readonly flags: CommandFlags;
  /** What stands behind the command's name. */
  readonly positionals: readonly string[];
  readonly options: () => ResolvedOptions;
  /** The databases of the options; only the one that `--database` names, if it is given. */
  readonly databases: () => Promise<readonly InspectedDatabase[]>;
  readonly print: (line: string) => void;
}

/** A command of `npx jest-environment-prisma`. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  run(context: CommandContext): Promise<void>;
}
