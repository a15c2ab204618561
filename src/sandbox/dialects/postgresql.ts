import type { Dialect } from '../dialect';
import { createClassifier } from './classify';
import { postgresqlSettings } from './postgresql-settings';

/*
 * The catalog's own table, not the view `pg_sequences` on it, which takes ten times as long. A value is null until the
 * first `nextval`. Without the right to see one, or in another session's temporary schema, it is none of ours.
 */
const readSequences = `SELECT pg_catalog.format('ROWS FROM (pg_catalog.unnest(%L::oid[]), pg_catalog.unnest(%L::int8[]))',
  pg_catalog.array_agg(seqrelid), pg_catalog.array_agg(pg_catalog.pg_sequence_last_value(seqrelid)))
FROM pg_catalog.pg_sequence JOIN pg_catalog.pg_class ON pg_class.oid = seqrelid
WHERE pg_catalog.has_sequence_privilege(seqrelid, 'UPDATE') AND pg_catalog.has_sequence_privilege(seqrelid, 'USAGE, SELECT')
AND NOT pg_catalog.pg_is_other_temp_schema(relnamespace)`;

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
  session: { own: 'SELECT pg_catalog.pg_backend_pid()', end: (id) => `SELECT pg_catalog.pg_terminate_backend(${Number(id)})` },
  facts: `SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE condeferrable)::int,
  EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE NOT tgisinternal)::int`,
  sequences: {
    read: readSequences,
    restore: restoreSequences,
    moves: (sql) => !/^\s*(?:UPDATE|DELETE)\s/i.test(sql),
  },
  settings: postgresqlSettings,
  deferred: {
    check: 'SET CONSTRAINTS ALL IMMEDIATE',
  },
};

/** Sets back the sequences that stand elsewhere than they did; one that had not been used, to its own start value. */
function restoreSequences(state: string): string {
  return `SELECT pg_catalog.setval(seqrelid, coalesce(was.value, seqstart), was.value IS NOT NULL)
FROM pg_catalog.pg_sequence JOIN ${state} AS was (id, value) ON was.id = seqrelid
WHERE pg_catalog.pg_sequence_last_value(seqrelid) IS DISTINCT FROM was.value`;
}
