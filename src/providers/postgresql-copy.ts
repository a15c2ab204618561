import { quoteName } from './postgresql-catalog';
import type { AdminSession } from './postgresql-session';

/**
 * The clause that clones a template in the way that is fastest on this server (measured: docs/postgresql.md). Copying
 * files waits for two checkpoints, which cost little only where nothing is synced to disk, or where the file system
 * shares the blocks; else the copy through the write-ahead log wins.
 */
export async function copyClause(session: AdminSession, template: string): Promise<string> {
  const source = ` TEMPLATE ${quoteName(template)}`;
  if (session.versionNumber < 150_000) return source;
  const [row] = await session.query(
    'reading how the server copies files',
    `SELECT current_setting('fsync') AS fsync, current_setting('file_copy_method', true) AS method`,
  );
  const files = row?.['method'] === 'clone' || row?.['fsync'] === 'off';
  return `${source} STRATEGY ${files ? 'FILE_COPY' : 'WAL_LOG'}`;
}
