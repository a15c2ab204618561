import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'dotenv';
import type { TestDatabase } from './test-database';

/** Environment variables by name. */
export type EnvironmentVariables = Readonly<Record<string, string>>;

/** What `.env.test` and `.env` of a folder add to an environment; what is set already stays as it is. */
export async function loadDotenv(folder: string, env: EnvironmentVariables): Promise<EnvironmentVariables> {
  const added: Record<string, string> = {};
  for (const name of ['.env.test', '.env']) {
    const text = await readFile(path.join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const [key, value] of Object.entries(parse(text))) {
      if (env[key] === undefined) added[key] ??= value;
    }
  }
  return added;
}

/**
 * The variables that lead to a database of the project, with its worker database's URL in place: whatever reads them,
 * Prisma or not, lands in the right place.
 */
export function environmentChanges(databases: readonly TestDatabase[], env: EnvironmentVariables): EnvironmentVariables {
  const changes: Record<string, string> = {};
  for (const { name, options, project, prepared } of databases) {
    if (!prepared) continue;
    const original = options.url ?? project.url;
    const holders = Object.keys(env).filter((key) => original !== undefined && (env[key] === project.url || env[key] === original));
    // A config whose variable is not set: the app would read the customary one.
    const customary = project.url === undefined && name === 'default' && env['DATABASE_URL'] === undefined ? ['DATABASE_URL'] : [];
    for (const key of [...holders, ...customary, ...options.env]) changes[key] = prepared.isolation.url;
  }
  return changes;
}
