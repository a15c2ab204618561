import type { Dialect } from '../dialect';
import { createClassifier } from './classify';
import { postgresqlSettings } from './postgresql-settings';

const readSequences = `SELECT coalesce(json_agg(json_build_array(schemaname, sequencename, last_value) ORDER BY schemaname, sequencename)::text, '[]')
FROM pg_catalog.pg_sequences`;

/** PostgreSQL: a failure makes the transaction unusable up to a savepoint; sequences are outside transactions. */
export const postgresqlDialect: Dialect = {
  name: 'postgresql',
  adapterProvider: 'postgres',
  isolationLevels: ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'],
  failurePoisons: true,
  joinsStatements: true,
  ddlCommits: false,
  begin: 'BEGIN',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${name}`,
  rollbackTo: (name) => `ROLLBACK TO SAVEPOINT ${name}`,
  release: (name) => `RELEASE SAVEPOINT ${name}`,
  classify: createClassifier('postgresql'),
  clockStopsAtBegin: true,
  session: { id: 'SELECT pg_catalog.pg_backend_pid()', end: (id) => `SELECT pg_catalog.pg_terminate_backend(${Number(id)})` },
  facts: `SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE condeferrable)::int,
  EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE NOT tgisinternal)::int`,
  sequences: {
    read: readSequences,
    restore: (state) => restoreSequences(state),
    moves: (sql) => !/^\s*(?:UPDATE|DELETE)\s/i.test(sql),
  },
  settings: postgresqlSettings,
  deferred: {
    check: 'SET CONSTRAINTS ALL IMMEDIATE',
  },
};

/**
 * Sets back the sequences that stand elsewhere than they did. `last_value` is null in `pg_sequences` until the first
 * `nextval`; such a one is restarted at its own start value.
 */
function restoreSequences(state: string): string {
  return `SELECT pg_catalog.setval(pg_catalog.format('%I.%I', now.schemaname, now.sequencename)::pg_catalog.regclass,
  coalesce((was.value->>2)::bigint, now.start_value), (was.value->>2) IS NOT NULL)
FROM pg_catalog.pg_sequences AS now
JOIN pg_catalog.json_array_elements('${state.replaceAll("'", "''")}'::json) AS was
  ON was.value->>0 = now.schemaname AND was.value->>1 = now.sequencename
WHERE now.last_value IS DISTINCT FROM (was.value->>2)::bigint`;
}
