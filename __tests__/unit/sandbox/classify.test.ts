import { mysqlDialect } from '../../../src/sandbox/dialects/mysql';
import { postgresqlDialect } from '../../../src/sandbox/dialects/postgresql';
import { sqliteDialect } from '../../../src/sandbox/dialects/sqlite';

const all = [sqliteDialect, postgresqlDialect, mysqlDialect];

test.each([
  'BEGIN',
  'commit;',
  '/* a */ ROLLBACK',
  '-- a\nEND',
  'SELECT 1; COMMIT',
  "SELECT ';'; ROLLBACK",
  'START TRANSACTION',
  'SAVEPOINT a',
  'RELEASE a',
])('transaction control is found wherever it stands: %s', (sql) => {
  for (const dialect of all) expect([dialect.name, dialect.classify(sql)]).toEqual([dialect.name, 'control']);
});

test.each([
  ["SELECT 'a\\'; COMMIT; --'", 'control'],
  ['SELECT $tag$; COMMIT; $tag$', 'read'],
  ['SELECT $a1$; COMMIT; $a1$', 'read'],
  ["SELECT E'a\\'; COMMIT; --'", 'read'],
  ["SELECT data #>> '{a}'; COMMIT", 'control'],
  ["SELECT data #>> '{a}', nextval('s') FROM t", 'write'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END', 'ddl'],
  ['DO $$ BEGIN PERFORM 1; COMMIT; END $$', 'write'],
])('PostgreSQL reads its own quotes: %s', (sql, kind) => {
  expect(postgresqlDialect.classify(sql)).toBe(kind);
});

test.each([
  ["SELECT 'a\\'; COMMIT; --'", 'read'],
  ["SELECT 'a' # it's\n; COMMIT", 'control'],
  ['SELECT 1 /*! ; COMMIT */', 'control'],
])('MySQL reads its own quotes: %s', (sql, kind) => {
  expect(mysqlDialect.classify(sql)).toBe(kind);
});

test.each([
  ['SELECT "commit", `rollback`, [begin] FROM t', 'read'],
  ['WITH a AS (SELECT 1) SELECT * FROM a', 'read'],
  ['WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'write'],
  ['INSERT INTO t VALUES (1)', 'write'],
  ['CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END', 'ddl'],
  ['PRAGMA table_info(t)', 'write'],
])('a read surely changes nothing: %s is a %s', (sql, kind) => {
  expect(sqliteDialect.classify(sql)).toBe(kind);
});
