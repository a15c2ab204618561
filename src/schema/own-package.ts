import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeRequire } from './node-require';

/** A `require` that finds this package's own dependencies. They are exact versions that a user's project need not have. */
export function ownRequire(): NodeJS.Require {
  return nodeRequire(ownDirectory());
}

/** The file behind one of this package's commands, by its manifest. */
export function ownBin(name: string): string | undefined {
  for (let folder = ownDirectory(); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = readManifest(path.join(folder, 'package.json'));
    const file = manifest?.bin?.[name];
    if (file !== undefined) return path.join(folder, file);
  }
  return undefined;
}

function ownDirectory(): string {
  return path.dirname(fileURLToPath(import.meta.url));
}

function readManifest(file: string): { readonly bin?: Readonly<Record<string, string>> } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { bin?: Record<string, string> };
  } catch {
    return undefined;
  }
}
