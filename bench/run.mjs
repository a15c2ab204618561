// `npm run bench [name …]`: runs the benchmarks, all of them or those named, and prints their tables.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, install, runNode, say } from '../scripts/steps.mjs';

const folder = path.dirname(fileURLToPath(import.meta.url));
const helpers = new Set(['run.mjs', 'lab.mjs']);
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && !helpers.has(file))
  .map((file) => path.basename(file, '.mjs'));
const wanted = process.argv.slice(2);

const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark '${unknown.join("', '")}'; there are: ${all.join(', ')}`);
  process.exit(1);
}
install();
build();
for (const name of wanted.length > 0 ? wanted : all) {
  say(`bench ${name}`);
  runNode([path.join(folder, `${name}.mjs`)]);
}
