import type { Command } from '../command';

/** `schema`: prints the test-only schema variant, `--sql` the DDL that is made of it. */
export const schema: Command = {
  usage: 'schema [--sql] [--database NAME]',
  summary: 'print the schema as tests get it, or the SQL that makes it',
  async run({ databases, flags, print }) {
    const chosen = await databases();
    for (const [index, database] of chosen.entries()) {
      const { schema: text, ddl } = await database.print();
      if (chosen.length > 1) print(`${index > 0 ? '\n' : ''}${flags.sql ? '--' : '//'} database: ${database.name}`);
      print((flags.sql ? ddl : text).trimEnd());
    }
  },
};
