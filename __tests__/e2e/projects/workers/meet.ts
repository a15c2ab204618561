import fs from 'node:fs';
import path from 'node:path';

/** Resolves when as many files as there are workers have come to the same place. */
export async function meet(place: string): Promise<void> {
  const dir = process.env['MEETING'];
  if (dir === undefined) return;
  const folder = path.join(dir, place);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${process.pid}`), prismaTest.url);
  while (fs.readdirSync(folder).length < Number(process.env['MEETERS'])) await new Promise((resolve) => setTimeout(resolve, 10));
}
