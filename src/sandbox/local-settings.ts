import type { SqlQuery } from '@prisma/driver-adapter-utils';
import type { Dialect } from './dialect';
import { plainQuery, type PinnedConnection } from './pinned-connection';

/** Values of settings as they were, by name; `null` where there was none. */
export type SavedSettings = Map<string, string | null>;

/**
 * Settings that end with a transaction. A savepoint's release does not end them, so what they were is noted before they
 * are set, and set again where the commit would have been.
 */
export interface LocalSettings {
  /** Notes in `saved` what a statement is about to set. */
  save(connection: PinnedConnection, query: SqlQuery, saved: SavedSettings): Promise<void>;
  /** Statements that set everything noted to what it was. */
  restore(saved: SavedSettings): readonly string[];
}

export function createLocalSettings({ settings }: Dialect): LocalSettings {
  return {
    async save(connection, { sql, args }, saved) {
      const names = settings?.namesIn(sql, args).filter((name) => !saved.has(name)) ?? [];
      if (!settings || names.length === 0) return;
      const { rows } = await connection.queryRaw(plainQuery(settings.read(names)));
      for (const [index, name] of names.entries()) saved.set(name, (rows[0]?.[index] as string | null | undefined) ?? null);
    },
    restore: (saved) => (settings && saved.size > 0 ? [settings.restore([...saved])] : []),
  };
}
