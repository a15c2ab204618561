import { defineConfig } from 'prisma/config';

/** The schema that this package tests itself with, on PostgreSQL: two database schemas, one of them another service's. */
export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['POSTGRESQL_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/self' },
  experimental: { externalTables: true },
  tables: { external: ['auth.users'] },
  enums: { external: ['auth.level'] },
  views: { path: './views' },
});
