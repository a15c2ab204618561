import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dir = process.env['MEETING'] ?? '';

/** Writes a file of this name into the meeting's folder, and waits until as many have come as are awaited. */
export async function meet(name: string, text = '', count = Number(process.env['MEETERS'] ?? 0)): Promise<void> {
  if (dir === '') return;
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, name), text);
  while (readdirSync(dir).length < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Waits for a file that somebody else writes into the meeting's folder. */
export async function waitForFile(name: string): Promise<void> {
  while (!existsSync(path.join(dir, name))) await new Promise((resolve) => setTimeout(resolve, 20));
}
