import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readSources, repository } from './source-files';

const codes = [
  ...new Set(
    readSources()
      .flatMap(({ strings }) => strings)
      .filter((text) => /^PRISMA_TEST_[A-Z_]+$/.test(text)),
  ),
];
/** Environment variables look like codes. */
const variables = new Set([
  'PRISMA_TEST_CACHE_DIR',
  'PRISMA_TEST_TIMING',
  'PRISMA_TEST_RESOLVE_FROM',
  'PRISMA_TEST_PUSH_URL',
  'PRISMA_TEST_ENGINE_URL',
]);
const docs = readFileSync(path.join(repository, 'docs/errors.md'), 'utf8');

test('docs/errors.md is what the chapters say', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/errors.mjs', '--check'], { cwd: repository, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('every code has an entry in it', () => {
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !variables.has(code) && !docs.includes(`\`${code}\``))).toEqual([]);
});

test('every entry has a code that exists', () => {
  const documented = [...docs.matchAll(/`(PRISMA_TEST_[A-Z_]+)`/g)].map((match) => match[1] ?? '');
  expect([...new Set(documented)].filter((code) => !codes.includes(code) && !variables.has(code))).toEqual([]);
});
