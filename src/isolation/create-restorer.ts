import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Dialect } from '../sandbox/dialect';
import type { Restorer } from './restorer';
import { createMysqlRestorer } from './restorer-mysql';
import { createPostgresqlRestorer } from './restorer-postgresql';
import { createSqliteRestorer } from './restorer-sqlite';

/** A restorer that speaks through a connection of its own. */
export function createRestorer(dialect: Dialect, adapter: SqlDriverAdapter): Restorer {
  switch (dialect.name) {
    case 'postgresql':
      return createPostgresqlRestorer(dialect, adapter);
    case 'mysql':
      return createMysqlRestorer(dialect, adapter);
    case 'sqlite':
      return createSqliteRestorer(adapter);
  }
}
