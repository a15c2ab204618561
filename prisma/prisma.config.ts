import { defineConfig } from 'prisma/config';

/** The schema that this package tests itself with, on SQLite. */
export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' },
  experimental: { externalTables: true },
  // Another service owns it: Prisma makes no table for it, and tests need one all the same.
  tables: { external: ['Account'] },
  views: { path: './views' },
});
