import fc from 'fast-check';
import { createDatabaseNames, maxSlot, parseDatabaseName } from '../../../src/providers/database-name';

const kinds = (base: string, fingerprint: string, slot: number): Record<string, string> => {
  const names = createDatabaseNames(base, fingerprint);
  return { template: names.template, building: names.building, worker: names.worker(slot), retired: names.retired(slot) };
};

test('names say what they are', () => {
  expect(kinds('app', 'abc123', 2)).toEqual({
    template: 'app_tpl_abc123',
    building: 'app_tpl_abc123_new',
    worker: 'app_test_abc123_2',
    retired: 'app_test_abc123_2_old',
  });
});

test('whatever a database is called, names fit, are plain ASCII, and are read back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string(),
      fc.integer({ min: 1, max: maxSlot }),
      (base, fingerprint, slot) => {
        for (const [kind, name] of Object.entries(kinds(base, fingerprint, slot))) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
          expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
          const parsed = parseDatabaseName(name);
          expect(parsed?.kind).toBe(kind);
          expect(parsed?.slot).toBe(kind === 'worker' || kind === 'retired' ? slot : undefined);
          expect(parsed?.base).toBe(createDatabaseNames(base, fingerprint).base);
          expect(parsed?.fingerprint).toBe(createDatabaseNames(base, fingerprint).fingerprint);
        }
      },
    ),
  );
});

test('two bases never share a name', () => {
  const long = 'x'.repeat(60);
  const bases = ['app', 'App', 'my app', 'my_app', 'my-app', 'mü', 'mö', '', long, `${long}1`, `${long}2`];
  const made = bases.map((base) => createDatabaseNames(base, 'f').worker(1));
  expect(new Set(made).size).toBe(bases.length);
});

test.each([
  'app',
  'app_test',
  'app_test_1',
  'app_tpl_',
  'app_test_ABC_1',
  'app_test_abc_0',
  'app_test_abc_01',
  'app_test_abc_12345',
  '_tpl_',
])("the name %s is nobody's but the user's", (name) => expect(parseDatabaseName(name)).toBeUndefined());
