import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? 'file:./dev.db' },
  experimental: { externalTables: true },
  tables: { external: ['Account'] },
  views: { path: './prisma/views' },
});
