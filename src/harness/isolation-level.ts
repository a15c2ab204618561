import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Clone } from '../isolation/clone-pool';
import type { Isolation } from '../options';
import type { WorkerDatabase } from '../providers/provider';
import type { Scope } from '../sandbox/call-context';

/** A scope's place in a database that is isolated otherwise than by a sandbox. */
export interface IsolationLevel {
  readonly scope: Scope;
  readonly mode: Isolation;
  /** Whether `mode` begins here: the level around it has another one. */
  readonly begins: boolean;
  /** The database that its statements go to, if it has one of its own, and the connection to it. */
  database: WorkerDatabase | undefined;
  adapter: Promise<SqlDriverAdapter> | undefined;
  clone: Clone | undefined;
  /** What the clone was made of; `undefined` is the template. */
  source: WorkerDatabase | undefined;
  /** Whether something may have been written in it since its content was saved. */
  isTouched: boolean;
  /** Whether its database has been written to by our clients. */
  hasWritten: boolean;
  /** Whether its content was saved (`truncate`). */
  isSaved: boolean;
}

/** A level as it is when its scope is entered. */
export function createLevel(scope: Scope, mode: Isolation, begins: boolean): IsolationLevel {
  return {
    scope,
    mode,
    begins,
    database: undefined,
    adapter: undefined,
    clone: undefined,
    source: undefined,
    isTouched: false,
    hasWritten: false,
    isSaved: false,
  };
}
