import { quoteName, quoteText } from './postgresql-catalog';
import type { AdminSession } from './postgresql-session';

/** Settings whose value is a list of names, quoted one by one already: quoted as a whole they would be one name. */
const lists = new Set(['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries']);

/**
 * Statements that give a clone its template's own settings (`ALTER DATABASE … SET`, `ALTER ROLE … IN DATABASE … SET`),
 * which `CREATE DATABASE … TEMPLATE` leaves behind. SQL files write them as `ALTER DATABASE` of `current_database()`.
 */
export async function settingsOfTemplate(session: AdminSession, template: string, clone: string): Promise<string> {
  const rows = await session.query(
    "reading the template's settings",
    `SELECT r.rolname::text AS role, unnest(s.setconfig) AS setting FROM pg_db_role_setting s
      JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = $1`,
    [template],
  );
  return rows
    .map((row) => {
      const setting = String(row['setting']);
      const name = setting.slice(0, setting.indexOf('='));
      const value = setting.slice(name.length + 1);
      const role = row['role'] === null ? '' : `ROLE ${quoteName(String(row['role']))} IN `;
      const quotedName = name.split('.').map(quoteName).join('.');
      return `; ALTER ${role}DATABASE ${quoteName(clone)} SET ${quotedName} TO ${lists.has(name) && value !== '' ? value : quoteText(value)}`;
    })
    .join('');
}
