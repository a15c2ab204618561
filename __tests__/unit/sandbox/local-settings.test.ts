import { postgresqlSettings } from '../../../src/sandbox/dialects/postgresql-settings';

test.each([
  ['SET LOCAL app.tenant = 7', [], ['app.tenant']],
  ['SET LOCAL ROLE reader', [], ['ROLE']],
  ["SET LOCAL TIME ZONE 'UTC'", [], ['TimeZone']],
  ['SET search_path = a', [], []],
  ["SELECT set_config('app.tenant', $1, TRUE)", ['7'], ['app.tenant']],
  ["SELECT set_config('app.tenant', $1::text, true), set_config('app.user', $2, true)", ['7', '8'], ['app.tenant', 'app.user']],
  ['SELECT set_config($1, $2, $3)', ['app.tenant', '7', true], ['app.tenant']],
  ['SELECT set_config($1, $2, $3)', ['app.tenant', '7', false], []],
  ["SELECT set_config('app.tenant', '7', false)", [], []],
  ['SELECT "set_config" FROM t', [], []],
])('%s with %j sets %j until the transaction ends', (sql, args, names) => {
  expect(postgresqlSettings.namesIn(sql, args)).toEqual(names);
});

test('what it was is quoted', () => {
  expect(
    postgresqlSettings.restore([
      ['app.x', "a'b\\c"],
      ['app.y', null],
    ]),
  ).toBe("SELECT pg_catalog.set_config(E'app.x', E'a''b\\\\c', true), pg_catalog.set_config(E'app.y', E'', true)");
});
