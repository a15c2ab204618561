import type { Dialect, StatementKind } from '../dialect';
import { createClassifier } from './classify';

const classify = createClassifier();

/** Statements other than DDL that end a transaction, and DDL that does not. */
const commits = /^\s*(?:LOCK\s+TABLES?|UNLOCK\s+TABLES|SET\s+(?:@@)?(?:SESSION\s+|LOCAL\s+|SESSION\.|LOCAL\.)?AUTOCOMMIT\b|ANALYZE\s|OPTIMIZE\s|REPAIR\s|CHECK\s+TABLE|FLUSH\s|RESET\s|CACHE\s+INDEX|LOAD\s+INDEX|INSTALL\s|UNINSTALL\s)/i;
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
  classify: (sql): StatementKind => (harmless.test(sql) ? 'write' : commits.test(sql) ? 'ddl' : classify(sql)),
};
