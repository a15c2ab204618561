import { fingerprint } from '../../../src/schema/fingerprint';
import type { FingerprintParts } from '../../../src/schema/fingerprint';
import { printSchema } from '../../../src/schema/print-schema';
import { fixtureProject, variantOf } from './lab';

const clinic = fixtureProject('clinic', { externalTables: ['auth.accounts', 'auth.logins'], externalEnums: ['auth.account_level'] });

const parts: FingerprintParts = {
  variant: variantOf(clinic),
  provider: 'postgresql',
  source: 'push',
  push: 'engine',
  sql: [
    { path: '/a/one.sql', content: 'SELECT 1' },
    { path: '/a/two.sql', content: 'SELECT 2' },
  ],
  migrations: [],
  initShadowDb: undefined,
  seed: [],
  serverVersion: 'postgresql 15.1',
  packageVersion: '0.1.0',
};

test('is 12 hex digits, and the same for the same parts', () => {
  expect(fingerprint(parts)).toMatch(/^[0-9a-f]{12}$/);
  expect(fingerprint({ ...parts, variant: variantOf(clinic) })).toBe(fingerprint(parts));
});

test('paths and the order of schema files are no part of it', () => {
  const { variant } = parts;
  const files = variant.files.map(({ path, content }) => ({ path: `/elsewhere${path}`, content })).toReversed();
  const views = variant.views.map((view) => ({ ...view, path: `/elsewhere${view.path}` }));
  const sql = parts.sql.map((file) => ({ ...file, path: `/elsewhere${file.path}` }));
  expect(fingerprint({ ...parts, sql, variant: { ...variant, files, views } })).toBe(fingerprint(parts));
});

test.each<[string, Partial<FingerprintParts>]>([
  ['omitted tables', { variant: variantOf(clinic, { external: { omit: ['Login'] } }) }],
  ['views', { variant: { ...parts.variant, views: parts.variant.views.slice(1) } }],
  ['the default schema', { variant: { ...parts.variant, defaultSchema: 'other' } }],
  ['the order of SQL files', { sql: parts.sql.toReversed() }],
  ['the content of SQL files', { sql: parts.sql.slice(1) }],
  ['migrations', { source: 'migrations', migrations: [{ name: '1', sql: 'SELECT 1' }] }],
  ['seeds', { seed: ['node seed.js'] }],
  ['the way of the push', { push: 'cli' }],
  ['initShadowDb', { initShadowDb: 'SELECT 1' }],
  ['the server', { serverVersion: 'postgresql 16.0' }],
  ['this package', { packageVersion: '0.2.0' }],
])('changes with %s', (_, change) => {
  expect(fingerprint({ ...parts, ...change })).not.toBe(fingerprint(parts));
});

test('the variant and its DDL can be printed', async () => {
  const { schema, ddl } = await printSchema(
    clinic,
    variantOf(clinic, { external: { omit: ['Login'] } }),
    clinic.files[0]?.path.split('/schema/')[0] ?? '',
  );
  expect(schema).toContain('// schema/nested/visit.prisma\nmodel Visit {');
  expect(schema).toContain('// omitted: auth.logins (external)');
  expect(schema).not.toMatch(/\n\n\n/);
  expect(ddl).toContain('CREATE TABLE "Visit"');
});

test('what is printed for MySQL says who makes its DDL', async () => {
  const { ddl } = await printSchema({ ...clinic, provider: 'mysql' }, variantOf(clinic), '/');
  expect(ddl).toContain('prisma db push');
});
