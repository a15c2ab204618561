import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createPostgresqlAdapters } from '../../../src/providers/postgresql-adapter';
import type { PgDriver } from '../../../src/providers/postgresql-driver';

const url = 'postgresql://postgres@127.0.0.1:5432/app_test_x_1';
const packageOf = (hasTls: boolean): ReturnType<typeof createPostgresqlAdapters>[0] => {
  const [one] = createPostgresqlAdapters({ hasTls, driver: () => pg as unknown as PgDriver });
  if (!one) throw new Error('no adapter');
  return one;
};
const rebuilt = (app: PrismaPg, hasTls = true): readonly [Record<string, unknown>, unknown] => {
  const one = packageOf(hasTls);
  return one.argumentsFor(url, one.readArguments?.(app)) as readonly [Record<string, unknown>, unknown];
};

test("the app's settings are kept, its place is not", () => {
  const types = { getTypeParser: () => String };
  const options = { schema: 'auth', userDefinedTypeParser: () => Promise.resolve(1), statementNameGenerator: () => 'x' };
  const config = {
    host: 'prod',
    port: 1,
    user: 'u',
    password: 'p',
    database: 'd',
    application_name: 'shop',
    options: '-c jit=off',
    types,
    max: 50,
  };
  const [made, kept] = rebuilt(new PrismaPg(config, options));
  expect(kept).toBe(options);
  expect(made).toMatchObject({ connectionString: url, application_name: 'shop', options: '-c jit=off', types, max: 5 });
  expect(Object.keys(made).filter((name) => ['host', 'port', 'user', 'password', 'database'].includes(name))).toEqual([]);
});

test.each([
  ['a URL', new PrismaPg('postgresql://u:p@prod/d'), {}],
  ['a pool', new PrismaPg(new pg.Pool({ host: 'prod', query_timeout: 5, password: 'p' })), { query_timeout: 5 }],
])('an adapter that was made of %s is followed', (_what, app, settings) => {
  const [made] = rebuilt(app);
  expect(made).toMatchObject({ ...settings, connectionString: url });
  expect(made).not.toHaveProperty('password');
});

test("without an adapter of the app's there is one for the URL", () => {
  expect(packageOf(true).argumentsFor(url, undefined)).toEqual([expect.objectContaining({ connectionString: url })]);
});

test('TLS settings go along to the same server only, and never to one without TLS', () => {
  const ssl = { ca: 'x' };
  const here = new PrismaPg({ connectionString: 'postgresql://u@127.0.0.1:5432/app', ssl });
  const there = new PrismaPg({ host: 'prod', ssl });
  expect(rebuilt(here)[0]).toMatchObject({ ssl });
  expect(rebuilt(there)[0]).not.toHaveProperty('ssl');
  expect(rebuilt(here, false)[0]).not.toHaveProperty('ssl');
});
