import { quoteName } from './postgresql-catalog';
import type { AdminSession } from './postgresql-session';

/** What a session's server prefers: asked once. */
const strategies = new WeakMap<AdminSession, Promise<string>>();

/**
 * The clause that clones a template in the way that is fastest on this server (measured: docs/postgresql.md). Copying
 * files waits for two checkpoints, which cost little only where nothing is synced to disk, or where the file system
 * shares the blocks; else the copy through the write-ahead log wins.
 */
export async function copyClause(session: AdminSession, template: string): Promise<string> {
  const known = strategies.get(session) ?? chooseStrategy(session);
  strategies.set(session, known);
  return ` TEMPLATE ${quoteName(template)}${await known}`;
}

async function chooseStrategy(session: AdminSession): Promise<string> {
  if (session.versionNumber < 150_000) return '';
  const [row] = await session.query(
    'reading how the server copies files',
    `SELECT current_setting('fsync') AS fsync, current_setting('file_copy_method', true) AS method`,
  );
  return row?.['method'] === 'clone' || row?.['fsync'] === 'off' ? ' STRATEGY FILE_COPY' : ' STRATEGY WAL_LOG';
}
