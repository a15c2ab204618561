import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' },
  experimental: { externalTables: true },
  tables: { external: ['Account'] },
  migrations: {
    path: './prisma/migrations',
    initShadowDb: 'CREATE TABLE "Account" ("id" INTEGER NOT NULL PRIMARY KEY, "plan" TEXT NOT NULL);',
  },
});
