import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeRequire } from './node-require';

/** A `require` that finds this package's own dependencies. They are exact versions that a user's project need not have. */
export function ownRequire(): NodeJS.Require {
  return nodeRequire(path.dirname(fileURLToPath(import.meta.url)));
}
