import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const imports = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'](\.[^"']+)["']/g;
const named = /\binputs\b[^=\n]*=\s*\[([^\]]*)\]/;
const extensions = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/**
 * Contents of the files that decide what a seed does: itself, what it imports relatively, and the files that it names
 * (`export const inputs = ['./cities.json']`). Read as text: nothing is run.
 */
export async function readSeedInputs(files: readonly string[]): Promise<readonly string[]> {
  const seen = new Map<string, string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    const text = await readFile(file, 'utf8');
    seen.set(file, text);
    if (!/\.[cm]?[jt]sx?$/.test(file)) return;
    const list = named.exec(text)?.[1] ?? '';
    const references = [...text.matchAll(imports), ...list.matchAll(/["'`]([^"'`]+)["'`]/g)].map((match) => match[1] ?? '');
    for (const reference of references) {
      const found = await resolveFile(path.resolve(path.dirname(file), reference));
      if (found) await visit(found);
    }
  };
  for (const file of files) await visit(file);
  return [...seen.values()];
}

/** Files among the words of a command: `tsx prisma/seed.ts`. */
export async function filesOfCommand(command: string, folder: string): Promise<readonly string[]> {
  const words = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const files = await Promise.all(words.map((word) => isFile(path.resolve(folder, word.replace(/^["']|["']$/g, '')))));
  return files.filter((file) => file !== undefined);
}

async function resolveFile(base: string): Promise<string | undefined> {
  // TypeScript names the files that it will make: `./data.js` is `./data.ts`.
  const bases = [base, base.replace(/\.([cm]?)js$/, '.$1ts')];
  for (const candidate of bases.flatMap((each) => extensions.map((extension) => each + extension))) {
    const found = await isFile(candidate);
    if (found) return found;
  }
  return undefined;
}

async function isFile(file: string): Promise<string | undefined> {
  return stat(file).then(
    (found) => (found.isFile() ? file : undefined),
    () => undefined,
  );
}
