import { placeInScript } from '../../../src/database/script-place';

const script = `-- a comment; with a semicolon
CREATE TABLE a (id int DEFAULT ';');

CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
  -- $$;
  RETURN 1;
END $body$;
DO $$ BEGIN RAISE 'no; not now'; END $$;
/* another; one */ INSERT INTO a VALUES (E'it\\'s;'), ('');
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
INSERT INTO a
  VALUES (1)
`;

test('an offset is told as its own line, with the whole statement', () => {
  const offset = script.indexOf('VALUES (1)');
  expect(placeInScript(script, { position: offset })).toEqual({ line: 13, statement: 'INSERT INTO a\n  VALUES (1)' });
  expect(placeInScript(script, { position: script.indexOf('CREATE FUNCTION f') })?.line).toBe(4);
});

test.each([
  [0, 2, /^CREATE TABLE a .*$/],
  [1, 4, /^CREATE FUNCTION f[\s\S]*END \$body\$$/],
  [2, 9, /^DO \$\$ BEGIN RAISE 'no; not now'; END \$\$$/],
  [3, 10, /^INSERT INTO a VALUES \(E.*$/],
  [4, 11, /^CREATE FUNCTION g.*END$/],
  [5, 12, /^INSERT INTO a\n/],
])('after %d statements the failure is at line %d', (statement, line, text) => {
  expect(placeInScript(script, { statement })).toEqual({ line, statement: expect.stringMatching(text) });
});

test('where the driver tells nothing, nothing is made up', () => {
  expect(placeInScript(script, {})).toBeUndefined();
  expect(placeInScript('', { position: 0 })).toBeUndefined();
});
