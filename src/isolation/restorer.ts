/**
 * Puts a database's rows and sequences back to what they were, by emptying what is not empty. Levels nest: 0 is the
 * template's content, higher ones are that of describe blocks. Copies of rows are kept in the database itself.
 */
export interface Restorer {
  /** Remembers what the database holds now as the content of a level. */
  save(level: number): Promise<void>;
  /** Makes the database hold what was saved at a level. Foreign keys do not matter, in whatever order they point. */
  restore(level: number): Promise<void>;
}

/** What everything of a restorer's own in a database begins with. */
export const ownPrefix = '_jest_environment_prisma';

/** A table that is emptied, and its columns that take values, both quoted. */
export interface RestoredTable {
  readonly name: string;
  readonly columns: string;
}
