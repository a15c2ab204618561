import type { Dialect, StatementKind } from '../dialect';
import { createClassifier } from './classify';

const classify = createClassifier('mysql');

/** Statements other than DDL that end a transaction, and DDL that does not. */
const commits =
  /^\s*(?:LOCK\s+TABLES?|UNLOCK\s+TABLES|SET\s+(?:@@)?(?:SESSION\s+|LOCAL\s+|SESSION\.|LOCAL\.)?AUTOCOMMIT\b|ANALYZE\s|OPTIMIZE\s|REPAIR\s|CHECK\s+TABLE|FLUSH\s|RESET\s|CACHE\s+INDEX|LOAD\s+INDEX|INSTALL\s|UNINSTALL\s)/i;
const harmless = /^\s*(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s/i;

/**
 * MySQL and MariaDB: a failing statement undoes itself alone; DDL commits what came before it. AUTO_INCREMENT is
 * outside of transactions, and only DDL sets it back: that is done when no transaction is open.
 */
export const mysqlDialect: Dialect = {
  name: 'mysql',
  adapterProvider: 'mysql',
  isolationLevels: ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'],
  failurePoisons: false,
  joinsStatements: false,
  ddlCommits: true,
  begin: 'BEGIN',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${name}`,
  rollbackTo: (name) => `ROLLBACK TO ${name}`,
  release: (name) => `RELEASE SAVEPOINT ${name}`,
  outlives: (sql) => /^\s*(?:SET|USE)\s/i.test(sql),
  // The worker's database is nobody else's.
  session: {
    busy: "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND COMMAND <> 'Sleep'",
    end: (id) => `KILL ${Number(id)}`,
  },
  classify: (sql): StatementKind => (harmless.test(sql) ? 'write' : commits.test(sql) ? 'ddl' : classify(sql)),
  counters: {
    // MySQL answers from statistics that are a day old, unless it is told not to.
    read: `SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */ TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES
WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT IS NOT NULL`,
    restore: (before, now) => restoreCounters(new Map(before.map(([table, value]) => [String(table), String(value)])), now),
    moves: (sql) => !/^\s*(?:SELECT|UPDATE|DELETE)\s/i.test(sql),
  },
};

/** The wait is short: an outside client that holds a table must not hang the run, and gets other ids instead. */
function restoreCounters(before: ReadonlyMap<string, string>, now: readonly (readonly unknown[])[]): string[] {
  const moved = now
    .map(([table, value]) => [String(table), String(value)] as const)
    .filter(([table, value]) => before.get(table) !== value);
  const changes = moved.flatMap(([table]) => {
    const value = before.get(table);
    return value === undefined ? [] : [`ALTER TABLE \`${table.replaceAll('`', '``')}\` AUTO_INCREMENT = ${value}`];
  });
  return changes.length > 0 ? ['SET SESSION lock_wait_timeout = 5', ...changes, 'SET SESSION lock_wait_timeout = DEFAULT'] : [];
}
