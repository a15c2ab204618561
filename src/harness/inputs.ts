import { stat } from 'node:fs/promises';

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
