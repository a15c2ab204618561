import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';
import { nodeRequire } from './node-require';
import { ownBin } from './own-package';

/** The Prisma CLI of a project. */
export interface PrismaCli {
  /** Its script, to be run by Node. */
  readonly script: string;
  /** Whether its native schema engine is on this machine. */
  readonly hasEngine: boolean;
}

/** Packages that hold Prisma 7's CLI: where `prisma` is an 8, it is `@prisma/prisma7`. */
const packages = ['prisma', '@prisma/prisma7'];

/** Finds the CLI that a project has installed. Throws `PRISMA_TEST_CLI_NOT_FOUND`. */
export function findPrismaCli(resolveFrom: readonly string[]): PrismaCli {
  for (const directory of resolveFrom) {
    for (const name of packages) {
      const folder = packageFolder(directory, name);
      // Version 8 has no such file, and no `db push`.
      const script = folder && path.join(folder, 'build', 'index.js');
      if (script && existsSync(script)) return { script, hasEngine: hasEngine(path.dirname(script)) };
    }
  }
  throw createError({
    code: 'PRISMA_TEST_CLI_NOT_FOUND',
    message: `The option \`push: 'cli'\` needs Prisma's command line, version 7, and the project does not have it.`,
    facts: { searched: `${packages.join(', ')} from ${resolveFrom.join(', ')}` },
    cure: 'npm install --save-dev prisma@7',
  });
}

/**
 * The engine's executable to use where the native one is missing: ours, which works for SQLite and PostgreSQL. Windows
 * starts no scripts as executables.
 */
export function substituteEngine(): string | undefined {
  if (process.platform === 'win32') return undefined;
  const file = ownBin('jest-environment-prisma-schema-engine');
  return file !== undefined && existsSync(file) ? file : undefined;
}

function hasEngine(build: string): boolean {
  const engines = packageFolder(build, '@prisma/engines');
  return engines !== undefined && readdirSync(engines).some((file) => file.startsWith('schema-engine-') && !file.endsWith('.sha256'));
}

function packageFolder(directory: string, name: string): string | undefined {
  try {
    return path.dirname(nodeRequire(directory).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
