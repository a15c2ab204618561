import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repository } from './project';

jest.setTimeout(120_000);

let root: string;
beforeEach(() => (root = realpathSync(mkdtempSync(path.join(tmpdir(), 'jep-monorepo-')))));
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

/** Links a package as pnpm does: into the `node_modules` of the package that declares it, and no other. */
function install(into: string, name: string, from = path.join(repository, 'node_modules', name)): void {
  const link = path.join(root, into, 'node_modules', name);
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(from, link, 'junction');
}

function run(folder: string, ...args: string[]): string {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_OPTIONS$|CI$|DATABASE_URL$)/.test(name));
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: path.join(root, folder),
    encoding: 'utf8',
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

test('Prisma, its client and its adapter are another package of the workspace, which alone can reach them', () => {
  write('packages/db/package.json', '{ "name": "db", "main": "src/index.ts" }');
  write(
    'packages/db/prisma.config.ts',
    `import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: './schema.prisma', datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' } });\n`,
  );
  write(
    'packages/db/schema.prisma',
    `generator client {
  provider     = "prisma-client"
  output       = "./src/generated"
  moduleFormat = "cjs"
}
datasource db {
  provider = "sqlite"
}
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}\n`,
  );
  write(
    'packages/db/src/index.ts',
    `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client';
export const db = new PrismaClient({ adapter: new PrismaLibSql({ url: process.env['DATABASE_URL'] ?? 'file:./dev.db' }) });\n`,
  );
  for (const name of ['prisma', '@prisma/client', '@prisma/adapter-libsql']) install('packages/db', name);
  run('packages/db', path.join(repository, 'node_modules/prisma/build/index.js'), 'generate');

  write('packages/app/package.json', '{ "name": "app" }');
  write(
    'packages/app/jest.config.js',
    `module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { config: '../db/prisma.config.ts' },
  transform: { '\\\\.ts$': '@swc/jest' },
};\n`,
  );
  write(
    'packages/app/app.test.ts',
    `import { db } from 'db';
test('the client of the package joins', async () => {
  await db.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
});
test('and is rolled back', async () => expect(await db.user.count()).toBe(0));\n`,
  );
  install('packages/app', 'jest-environment-prisma', repository);
  install('packages/app', 'db', path.join(root, 'packages/db'));
  for (const name of ['jest', '@swc/core', '@swc/jest']) install('packages/app', name);
  const output = run('packages/app', path.join(repository, 'node_modules/jest/bin/jest.js'), `--cacheDirectory=${path.join(root, 'jest')}`);
  expect(output).toContain('Tests:       2 passed, 2 total');
});
