import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';
import { nodeRequire } from '../../../src/schema/node-require';
import { createDdl } from '../../../src/schema/push-engine';
import { projectOfText, variantOf } from './lab';

// Databases and Prisma's CLI take their time on a busy machine.
jest.setTimeout(120_000);

const repository = path.resolve(__dirname, '../../..');
const schema = `
generator client {
  provider        = "prisma-client-js"
  output          = "./client"
  previewFeatures = ["views"]
}
datasource db {
  provider = "sqlite"
}
model User {
  id     Int      @id
  name   String
  report Report[]
}
view Report {
  userId Int     @map("user_id")
  user   User    @relation(fields: [userId], references: [id])
  text   String?
}
view Total {
  id Int @unique
  n  BigInt
}
`;

interface Client {
  readonly report: { findMany(args: object): Promise<unknown[]>; count(): Promise<number> };
  readonly total: { findUnique(args: object): Promise<unknown> };
  $disconnect(): Promise<void>;
}

test("a client of the user's own schema reads views that were made tables, with their relations", async () => {
  mkdirSync(path.join(repository, '.tmp'), { recursive: true });
  const folder = mkdtempSync(path.join(repository, '.tmp', 'schema-client-'));
  try {
    writeFileSync(path.join(folder, 'schema.prisma'), schema);
    const { status, stderr } = spawnSync(
      process.execPath,
      [require.resolve('prisma/build/index.js'), 'generate', '--schema', 'schema.prisma'],
      {
        cwd: folder,
        encoding: 'utf8',
        // `generate` never runs the engine, but insists on one.
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, NO_COLOR: '1' },
      },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });

    const file = path.join(folder, 'test.db');
    const database = new Libsql(file);
    database.exec(await createDdl(variantOf(projectOfText(schema)), 'sqlite'));
    database.exec(
      `INSERT INTO User VALUES (1, 'Ada'); INSERT INTO Report VALUES (1, 'fine'), (1, NULL), (2, 'nobody'); INSERT INTO Total VALUES (1, 7)`,
    );
    database.close();

    const load = nodeRequire(folder);
    const { PrismaClient } = load('./client') as { PrismaClient: new (options: object) => Client };
    const { PrismaLibSql } = load('@prisma/adapter-libsql') as { PrismaLibSql: new (config: object) => object };
    const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: `file:${file}` }) });
    await expect(
      prisma.report.findMany({ where: { user: { name: 'Ada' } }, include: { user: true }, orderBy: { text: 'asc' } }),
    ).resolves.toMatchObject([
      { text: null, user: { name: 'Ada' } },
      { text: 'fine', user: { name: 'Ada' } },
    ]);
    await expect(prisma.report.count()).resolves.toBe(3);
    await expect(prisma.total.findUnique({ where: { id: 1 } })).resolves.toEqual({ id: 1, n: 7n });
    await prisma.$disconnect();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
