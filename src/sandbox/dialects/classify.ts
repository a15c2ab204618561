import type { StatementKind } from '../dialect';
import { readStatements, type SqlFlavour, type StatementText } from '../sql-text';

const control = new Set(['BEGIN', 'START', 'COMMIT', 'END', 'ROLLBACK', 'ABORT', 'SAVEPOINT', 'RELEASE']);
const ddl = new Set(['CREATE', 'ALTER', 'DROP', 'TRUNCATE', 'RENAME', 'COMMENT', 'GRANT', 'REVOKE', 'REINDEX', 'VACUUM']);
const changing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE', 'INTO', 'CALL', 'DO', 'LOCK']);
const reading = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE']);

/** Words before a parenthesis that are no function, and functions that change nothing. */
const harmless = new Set(
  `IN VALUES AND OR NOT EXISTS ANY ALL SOME OVER FILTER LATERAL AS FROM ON SELECT WHERE JOIN BY UNION EXCEPT INTERSECT
  CASE WHEN THEN ELSE HAVING USING LIMIT OFFSET DISTINCT ARRAY ROW BETWEEN LIKE ILIKE IS SIMILAR INTERVAL GROUP WITHIN
  COUNT SUM AVG MIN MAX COALESCE NULLIF GREATEST LEAST CAST EXTRACT ABS ROUND CEIL CEILING FLOOR LENGTH LOWER UPPER TRIM
  LTRIM RTRIM SUBSTR SUBSTRING CONCAT CONCAT_WS REPLACE POSITION STRPOS NOW DATE_TRUNC DATE_PART TO_CHAR TO_DATE
  TO_TIMESTAMP JSON_AGG JSONB_AGG JSON_BUILD_OBJECT JSONB_BUILD_OBJECT JSON_BUILD_ARRAY JSONB_BUILD_ARRAY JSON_OBJECT
  JSON_ARRAYAGG JSON_GROUP_ARRAY JSON_EXTRACT TO_JSON TO_JSONB ROW_TO_JSON ARRAY_AGG STRING_AGG ARRAY_LENGTH UNNEST
  CARDINALITY GENERATE_SERIES ROW_NUMBER RANK DENSE_RANK LAG LEAD FIRST_VALUE LAST_VALUE TO_TSVECTOR TO_TSQUERY
  PLAINTO_TSQUERY TS_RANK TS_RANK_CD CURRENT_SCHEMA CURRENT_DATABASE VERSION NUMERIC DECIMAL VARCHAR CHAR TIMESTAMP TIME
  BIT MD5 ENCODE DECODE STRFTIME DATE DATETIME IFNULL TYPEOF GROUP_CONCAT TOTAL PG_TYPEOF TEXT
  `.split(/\s+/),
);

/** A classifier that remembers: Prisma sends the same texts again and again. */
export function createClassifier(flavour: SqlFlavour): (sql: string) => StatementKind {
  const known = new Map<string, StatementKind>();
  return (sql) => {
    const seen = known.get(sql);
    if (seen) return seen;
    const kind = classify(readStatements(sql, flavour));
    if (known.size >= 1000) known.clear();
    known.set(sql, kind);
    return kind;
  };
}

/** What the strongest of several statements is. */
function classify(statements: readonly StatementText[]): StatementKind {
  const kinds = new Set(statements.map(classifyOne));
  return (['control', 'ddl', 'write'] as const).find((kind) => kinds.has(kind)) ?? 'read';
}

function classifyOne({ words, calls }: StatementText): StatementKind {
  const [first = '', second = ''] = words;
  if (control.has(first) || (first === 'PREPARE' && second === 'TRANSACTION')) return 'control';
  if (ddl.has(first)) return 'ddl';
  if (!reading.has(first)) return 'write';
  const changes = words.some((word, index) => changing.has(word) && !(word === 'UPDATE' && words[index - 1] === 'FOR'));
  return changes || calls.some((call) => !harmless.has(call)) ? 'write' : 'read';
}
