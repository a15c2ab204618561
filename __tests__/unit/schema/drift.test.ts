import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findDrift } from '../../../src/schema/drift';
import { createDdl } from '../../../src/schema/push-engine';
import type { PrismaProject } from '../../../src/schema/schema-source';
import { inSqlite, projectOfText, variantOf, withPostgresql } from './lab';

// The engine is a process of its own, and machines may be busy.
jest.setTimeout(120_000);

const repository = path.resolve(__dirname, '../../..');
const drift = (project: PrismaProject, url: string): Promise<string | undefined> =>
  findDrift({ project, url, resolveFrom: [repository], env: process.env });

describe('SQLite', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'schema-drift-'));
    file = path.join(folder, 'test.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const project = projectOfText(
    'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n  name String\n}\nmodel Outside {\n  id Int @id\n}\n',
    { externalTables: ['Outside'] },
  );

  test('a database that is as the schema says has none; external tables and the table of migrations do not count', async () => {
    const ddl = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL); CREATE TABLE _prisma_migrations (id TEXT);';
    inSqlite(ddl, 'SELECT 1', file);
    expect(await drift(project, `file:${file}`)).toBeUndefined();
    inSqlite('CREATE TABLE "Outside" ("id" INTEGER NOT NULL PRIMARY KEY, "more" TEXT)', 'SELECT 1', file);
    expect(await drift(project, `file:${file}`)).toBeUndefined();
  });

  test('what differs is told as Prisma tells it', async () => {
    const ddl = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY); CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)';
    inSqlite(ddl, 'SELECT 1', file);
    expect(await drift(project, `file:${file}`)).toBe('[-] Removed tables\n  - B\n\n[*] Redefined table `A`');
  });

  test('a database that cannot be read is an error', async () => {
    const reading = findDrift({ project, url: `file:${file}`, resolveFrom: [folder], env: process.env });
    await expect(reading).rejects.toThrow('@prisma/adapter-libsql');
  });
});

describe('PostgreSQL', () => {
  const datasource = (schemas: string): string => `datasource db {\n  provider = "postgresql"\n${schemas}}\n`;
  test.each<[string, PrismaProject]>([
    [
      'several schemas, external tables and enums',
      projectOfText(
        `${datasource('  schemas = ["app", "auth"]\n')}enum Level {
  one
  two

  @@schema("auth")
}
model User {
  id    String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  level Level
  posts Post[]

  @@schema("auth")
}
model Post {
  id       Int    @id @default(autoincrement())
  title    String @default("it's")
  tags     String[]
  author   User   @relation(fields: [authorId], references: [id])
  authorId String @db.Uuid

  @@index([title])
  @@schema("app")
}\n`,
        { externalTables: ['auth.User'], externalEnums: ['auth.Level'], url: 'postgres://h/d?schema=app' },
      ),
    ],
    ['a URL with a schema', projectOfText(`${datasource('')}model Post {\n  id Int @id\n}\n`, { url: 'postgres://h/d?schema=app' })],
  ])('%s', async (_, project) => {
    await withPostgresql(async (client, url) => {
      await client.query(await createDdl(variantOf(project), 'postgresql'));
      await client.query('SET search_path TO app; CREATE TABLE _prisma_migrations (id text PRIMARY KEY)');
      await client.query('ALTER TABLE "Post" ADD CHECK (id > 0)');
      expect(await drift(project, url)).toBeUndefined();
      // Not all of an external table need be there.
      if (project.externalTables.length > 0) await client.query('ALTER TABLE auth."User" DROP COLUMN level');
      expect(await drift(project, url)).toBeUndefined();
      await client.query(`ALTER TABLE "Post" ADD COLUMN surplus int`);
      expect(await drift(project, url)).toBe('[*] Changed the `Post` table\n  [-] Removed column `surplus`');
    });
  });
});

test('where no engine is at hand nothing is said', async () => {
  expect(await drift(projectOfText('datasource db {\n  provider = "mysql"\n}\n'), 'mysql://nowhere')).toBeUndefined();
});
