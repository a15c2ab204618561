// Assembles docs/errors.md from the chapters' own pages in docs/errors/. `--check` only says whether it is current.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs');
const target = path.join(docs, 'errors.md');

/** Chapters in the order in which a run meets them; others follow by name. */
const order = ['options', 'schema', 'sqlite', 'postgresql', 'mysql', 'harness', 'environment', 'sandbox', 'fixtures', 'isolation', 'cli'];
const names = readdirSync(path.join(docs, 'errors'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => path.basename(file, '.md'));
const rank = (name) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
const chapters = names.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
// Their links are written from where they lie, one folder deeper.
const entries = chapters.map((name) =>
  readFileSync(path.join(docs, 'errors', `${name}.md`), 'utf8')
    .trim()
    .replaceAll('](../', ']('),
);

const head = `# Errors

Every error of this package has a code that never changes its meaning, says the cause and the cure, and stands here under
the words it begins with. Search for the code.`;
const text = `${[head, ...entries].join('\n\n')}\n`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('docs/errors.md is not what docs/errors/ says: node scripts/errors.mjs');
  process.exitCode = 1;
}
