import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInnerAdapter } from '../../../src/database/inner-adapter';
import { sqliteAdapters } from '../../../src/providers/sqlite-adapters';

const repository = path.resolve(__dirname, '../../..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project of its own, outside of the repository; its packages are what `packages` says, by the text of their entry. */
function projectWith(packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'jep-adapters-'));
  folders.push(folder);
  for (const [name, entry] of Object.entries(packages)) {
    const at = path.join(folder, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    writeFileSync(path.join(at, 'index.js'), entry);
  }
  return folder;
}

const adapterIn = (...resolveFrom: string[]) =>
  createInnerAdapter({ packages: sqliteAdapters, adapterProvider: 'sqlite', resolveFrom, custom: undefined });

/** What `@prisma/adapter-better-sqlite3` is where its native module was never built. */
const notBuilt = `exports.PrismaBetterSqlite3 = class {
  provider = 'sqlite';
  adapterName = '@prisma/adapter-better-sqlite3';
  connect() { return Promise.reject(new Error('Could not locate the bindings file. Tried: …')); }
};`;

test('no adapter: what was looked for, where, and the line that installs one', async () => {
  const folder = projectWith({});
  await expect(adapterIn(folder).connect('file:x.db', undefined)).rejects.toMatchObject({
    code: 'PRISMA_TEST_ADAPTER_MISSING',
    message: expect.stringMatching(
      /No driver adapter for sqlite is installed\.[^]*adapter-better-sqlite3, @prisma\/adapter-libsql[^]*npm install --save-dev @prisma\/adapter-libsql/,
    ),
  });
});

test('an adapter whose native module is not built gives way to one that works', async () => {
  const folder = projectWith({ '@prisma/adapter-better-sqlite3': notBuilt });
  const adapter = await adapterIn(folder, repository).connect(`file:${path.join(folder, 'x.db')}`, undefined);
  expect(adapter.adapterName).toBe('@prisma/adapter-libsql');
  await adapter.dispose();
});

test('if it is the only one: which, why, and how it is built', async () => {
  const folder = projectWith({ '@prisma/adapter-better-sqlite3': notBuilt });
  await expect(adapterIn(folder).connect('file:x.db', undefined)).rejects.toMatchObject({
    code: 'PRISMA_TEST_ADAPTER_NOT_BUILT',
    message: expect.stringMatching(/adapter-better-sqlite3 is installed, but its native module is not built[^]*npm rebuild/),
  });
});
