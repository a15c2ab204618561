import type { Dialect } from '../dialect';
import { createClassifier } from './classify';

/** SQLite: a failing statement undoes itself alone, sequences are rows of a table and roll back with the rest. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  adapterProvider: 'sqlite',
  isolationLevels: ['SERIALIZABLE'],
  failurePoisons: false,
  joinsStatements: false,
  ddlCommits: false,
  begin: 'BEGIN',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${name}`,
  rollbackTo: (name) => `ROLLBACK TO ${name}`,
  release: (name) => `RELEASE ${name}`,
  classify: createClassifier('sqlite'),
  // `INSERT OR ROLLBACK`, `RAISE(ROLLBACK, …)` and a full disk end the transaction and leave the rest to autocommit.
  probe: { sql: 'BEGIN', alive: /within a transaction/i },
  outlives: (sql) => /^\s*(?:PRAGMA\s+(?!(?:\w+\.)?defer_foreign_keys\b)[\w.]+\s*[=(]|ATTACH\b)/i.test(sql),
  facts: `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%DEFERRABLE%INITIALLY%DEFERRED%'), 0`,
  deferred: {
    violations: 'SELECT count(*) FROM pragma_foreign_key_check',
    defers: (sql) => /^\s*PRAGMA\s+(?:\w+\.)?defer_foreign_keys\b/i.test(sql),
    reset: 'PRAGMA defer_foreign_keys = OFF',
    raise: [
      'CREATE TEMP TABLE jest_prisma_parent (id INTEGER PRIMARY KEY)',
      'CREATE TEMP TABLE jest_prisma_child (id INTEGER REFERENCES jest_prisma_parent)',
      'INSERT INTO jest_prisma_child VALUES (1)',
    ],
  },
};
