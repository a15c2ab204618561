import type { LocalSettingsControl } from '../dialect';

const setLocal = /\bSET\s+LOCAL\s+(?:SESSION\s+AUTHORIZATION\b|(TIME\s+ZONE)\b|([\w.]+|"[^"]+"))/gi;
/** The name, and whether it is for the transaction only: each a literal or a parameter. */
const setConfig = /\bset_config\s*\(\s*(?:'((?:[^']|'')*)'|\$(\d+))\s*(?:::\s*\w+\s*)?,(?:[^,()]|\([^()]*\))*,\s*(?:(\w+)|\$(\d+))/gi;

/** `SET LOCAL` and `set_config(…, true)`: row level security lives by them. */
export const postgresqlSettings: LocalSettingsControl = {
  namesIn(sql, args) {
    if (!/\bset_config\s*\(|\bSET\s+LOCAL\b/i.test(sql)) return [];
    const names = new Set<string>();
    for (const [, zone, name] of sql.matchAll(setLocal))
      names.add(zone ? 'TimeZone' : (name?.replaceAll('"', '') ?? 'session_authorization'));
    for (const [, literal, parameter, local, localParameter] of sql.matchAll(setConfig)) {
      const isLocal = local === undefined ? args[Number(localParameter) - 1] : !/^(?:false|f|off|no|0)$/i.test(local);
      const name = literal?.replaceAll("''", "'") ?? args[Number(parameter) - 1];
      if (isLocal && typeof name === 'string') names.add(name);
    }
    return [...names];
  },
  read: (names) => `SELECT ${names.map((name) => `pg_catalog.current_setting(${quote(name)}, true)`).join(', ')}`,
  // One that was not there reads as '' after a transaction that has set it, in production too.
  restore: (settings) =>
    `SELECT ${settings.map(([name, value]) => `pg_catalog.set_config(${quote(name)}, ${quote(value ?? '')}, true)`).join(', ')}`,
};

function quote(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
