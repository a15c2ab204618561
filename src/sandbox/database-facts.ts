import type { Dialect } from './dialect';
import { plainQuery, type PinnedConnection } from './pinned-connection';

/** What the sandbox must know of a database's content before it can save work. Asked once, and again after DDL. */
export interface DatabaseFacts {
  /** Whether the database has constraints that wait for a commit. */
  deferrable(connection: PinnedConnection): Promise<boolean>;
  /** What makes those of them wait again that are to wait, in the dialect's words. */
  deferred(connection: PinnedConnection): Promise<string>;
  /** Whether the database has triggers, which may do anything. */
  triggers(connection: PinnedConnection): Promise<boolean>;
  forget(): void;
}

export function createDatabaseFacts(dialect: Dialect): DatabaseFacts {
  let known: { readonly deferrable: boolean; readonly triggers: boolean; readonly deferred: string } | undefined;
  const ask = async (connection: PinnedConnection): Promise<NonNullable<typeof known>> => {
    if (known) return known;
    const row = dialect.facts === undefined ? undefined : (await connection.queryRaw(plainQuery(dialect.facts))).rows[0];
    known = { deferrable: Number(row?.[0] ?? 0) > 0, triggers: Number(row?.[1] ?? 0) > 0, deferred: String(row?.[2] ?? '') };
    return known;
  };
  return {
    deferrable: async (connection) => (await ask(connection)).deferrable,
    deferred: async (connection) => (await ask(connection)).deferred,
    triggers: async (connection) => (await ask(connection)).triggers,
    forget() {
      known = undefined;
    },
  };
}
