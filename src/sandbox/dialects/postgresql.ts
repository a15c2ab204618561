import type { Dialect } from '../dialect';
import { createClassifier } from './classify';
import { postgresqlSettings } from './postgresql-settings';

/*
 * A query for the text of the one that reads them: where a sequence stands that was not used yet only it tells. The
 * catalog's own table, not the view `pg_sequences` on it, which takes ten times as long. What the user may not see or
 * set, or is in another session's temporary schema, is none of ours.
 */
const readSequences = `SELECT 'SELECT pg_catalog.format(''ROWS FROM (pg_catalog.unnest(%L::oid[]), pg_catalog.unnest(%L::int8[]), pg_catalog.unnest(%L::bool[]))'','
  || ' pg_catalog.array_agg(id), pg_catalog.array_agg(last_value), pg_catalog.array_agg(is_called)) FROM ('
  || pg_catalog.string_agg(pg_catalog.format('SELECT %s::oid AS id, last_value, is_called FROM %I.%I', seqrelid, nspname, relname), ' UNION ALL ')
  || ') AS each'
FROM pg_catalog.pg_sequence JOIN pg_catalog.pg_class ON pg_class.oid = seqrelid JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
WHERE pg_catalog.has_sequence_privilege(seqrelid, 'UPDATE') AND pg_catalog.has_sequence_privilege(seqrelid, 'SELECT')
AND pg_catalog.has_schema_privilege(relnamespace, 'USAGE') AND NOT pg_catalog.pg_is_other_temp_schema(relnamespace)`;

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
  EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE NOT tgisinternal)::int,
  (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', nspname, conname), ', ')
   FROM pg_catalog.pg_constraint AS each JOIN pg_catalog.pg_namespace ON pg_namespace.oid = connamespace
   WHERE condeferred AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS other
     WHERE other.conname = each.conname AND other.connamespace = each.connamespace AND NOT other.condeferred))`,
  sequences: {
    async read(ask) {
      const query = await ask(readSequences);
      return typeof query === 'string' ? String((await ask(query)) ?? '') : '';
    },
    restore: restoreSequences,
    moves: (sql) => {
      if (/setval/i.test(sql)) return 'set';
      return !/^\s*(?:UPDATE|DELETE)\s/i.test(sql) || /nextval|\bdefault\b/i.test(sql) ? 'yes' : 'maybe';
    },
  },
  outlives: (sql) => /\bpg_(?:try_)?advisory_lock(?:_shared)?\b|^\s*(?:PREPARE|DEALLOCATE)\b/i.test(sql),
  settings: postgresqlSettings,
  deferred: {
    // What waited is done, and is not done again; what is to wait by its definition waits from now on.
    check: (deferred) => ['SET CONSTRAINTS ALL IMMEDIATE', ...(deferred === '' ? [] : [`SET CONSTRAINTS ${deferred} DEFERRED`])],
  },
};

/** Sets back the sequences that stand elsewhere than they did, and those of which a session keeps values in advance. */
function restoreSequences(state: string, all: boolean): string {
  return `SELECT pg_catalog.setval(seqrelid, was.value, was.called)
FROM pg_catalog.pg_sequence JOIN ${state} AS was (id, value, called) ON was.id = seqrelid
WHERE ${all} OR seqcache > 1 OR pg_catalog.pg_sequence_last_value(seqrelid) IS DISTINCT FROM (CASE WHEN was.called THEN was.value END)`;
}
