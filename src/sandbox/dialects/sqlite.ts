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
  classify: createClassifier(),
};
