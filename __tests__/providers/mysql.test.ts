import path from 'node:path';
import { createMysqlProvider } from '../../src/providers/mysql';
import { describeProvider, type ProviderSubject } from './contract';
import { query, serverUrl, unreachable } from './mysql-server';

const baseOf = (folder: string): string =>
  path
    .basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '_');

/** A MySQL or MariaDB server: `MYSQL_URL`, or the one that listens on this machine. */
export const subject: ProviderSubject = {
  name: 'mysql (MySQL or MariaDB)',
  file: __filename,
  missing: unreachable,
  url: (folder) => serverUrl(baseOf(folder)),
  create: (context) => createMysqlProvider(context),
  schema: 'CREATE TABLE item (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100) NOT NULL)',
  run: query,
  async databases(context) {
    const rows = await query(serverUrl(''), 'SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA ORDER BY 1');
    return rows.map((row) => String(row['name'])).filter((name) => name.startsWith(baseOf(context.rootDir)));
  },
};

describeProvider(subject);
