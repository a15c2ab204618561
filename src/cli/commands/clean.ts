import type { Command } from '../command';

/** `clean`: removes what killed runs left, and templates that nobody uses. */
export const clean: Command = {
  usage: 'clean [--database NAME]',
  summary: 'remove leftovers of killed runs, and templates that nobody uses',
  async run({ databases, print }) {
    for (const database of await databases()) {
      const removed = await database.clean();
      print(removed.length === 0 ? `${database.name}: nothing to remove` : `${database.name}: removed ${removed.length}`);
      for (const name of removed) print(`  ${name}`);
    }
  },
};
