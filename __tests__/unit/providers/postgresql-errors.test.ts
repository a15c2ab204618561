import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isPrismaTestError } from '../../../src/errors';
import { explainPostgresqlError } from '../../../src/providers/postgresql-errors';
import { parsePostgresqlUrl } from '../../../src/providers/postgresql-url';

const repo = path.resolve(__dirname, '../../..');
const url = parsePostgresqlUrl('postgresql://me:secret@db:5432/app');

test('every code of the chapter has an entry in its documentation, and every entry a code', () => {
  const folder = path.join(repo, 'src/providers');
  const files = readdirSync(folder).filter((name) => /^(embedded-)?postgresql/.test(name));
  const codes = new Set(files.flatMap((name) => readFileSync(path.join(folder, name), 'utf8').match(/PRISMA_TEST_[A-Z_]+/g) ?? []));
  const documented = new Set(readFileSync(path.join(repo, 'docs/errors/postgresql.md'), 'utf8').match(/PRISMA_TEST_[A-Z_]+/g));
  expect(codes.size).toBeGreaterThan(20);
  expect([...documented].toSorted()).toEqual([...codes].toSorted());
});

test.each([
  [{ code: 'ECONNREFUSED' }, 'PRISMA_TEST_SERVER_UNREACHABLE'],
  [Object.assign(new AggregateError([{ code: 'ECONNREFUSED' }]), { code: undefined }), 'PRISMA_TEST_SERVER_UNREACHABLE'],
  [{ code: '28P01' }, 'PRISMA_TEST_SERVER_AUTH'],
  [{ code: '53300' }, 'PRISMA_TEST_TOO_MANY_CONNECTIONS'],
  [{ code: '53100' }, 'PRISMA_TEST_DISK_FULL'],
  [{ code: '57P01' }, 'PRISMA_TEST_CONNECTION_LOST'],
  [new Error('Connection terminated unexpectedly'), 'PRISMA_TEST_CONNECTION_LOST'],
  [{ code: '42501' }, 'PRISMA_TEST_NO_CREATEDB'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'self-signed certificate' }, 'PRISMA_TEST_SERVER_TLS'],
  [{ code: '08P01', message: 'unsupported startup parameter: options' }, 'PRISMA_TEST_POOLER'],
  [{ code: 'XX000', message: 'something else' }, 'PRISMA_TEST_POSTGRESQL_FAILED'],
])('%o becomes %s', (error, code) => {
  const explained = explainPostgresqlError(error, { url, doing: 'creating the database x' });
  expect(isPrismaTestError(explained)).toBe(true);
  expect(explained).toMatchObject({ code, cause: error });
  expect(explained.message).toContain('db:5432');
  expect(explained.message).not.toContain('secret');
});
