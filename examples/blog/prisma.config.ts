import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' },
  // The billing service owns and migrates this table; `prisma db push` makes no table for it.
  experimental: { externalTables: true },
  tables: { external: ['Account'] },
});
