import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** When files were last changed: two equal texts mean that nothing has. */
export async function stampFiles(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
        () => 'absent',
      ),
    ),
  );
  return stamps.join('\n');
}

/** A folder and all that is in it; nothing where there is none. */
export async function filesUnder(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  try {
    return [folder, ...(await readdir(folder, { recursive: true })).map((name) => path.join(folder, name))];
  } catch {
    return [];
  }
}
