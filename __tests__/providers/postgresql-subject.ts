import path from 'node:path';
import { createPostgresqlProvider } from '../../src/providers/postgresql';
import type { ProviderSubject } from './contract';
import { query, serverUrl, unreachable } from './postgresql-server';

/** A PostgreSQL server: `POSTGRESQL_URL`, or the one that listens on this machine. */
export const subject: ProviderSubject = {
  name: 'postgresql (a server)',
  file: __filename,
  missing: unreachable,
  url: (folder) => serverUrl(path.basename(folder)),
  create: (context) => createPostgresqlProvider(context),
  schema: 'CREATE TABLE item (id SERIAL PRIMARY KEY, name TEXT NOT NULL)',
  run: query,
  async databases(context) {
    const base = path.basename(context.rootDir);
    const rows = await query(
      serverUrl('postgres'),
      `SELECT datname::text AS name FROM pg_database WHERE datname LIKE '${base}%' ORDER BY 1`,
    );
    return rows.map((row) => String(row['name']));
  },
};
