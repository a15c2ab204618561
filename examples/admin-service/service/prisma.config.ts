import { defineConfig } from 'prisma/config';

/** The shop's database. Its team migrates it; nothing that we run may ever change a table in there. */
export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['SERVICE_DATABASE_URL'] ?? 'file:./service.db' },
  experimental: { externalTables: true },
  tables: { external: ['Customer', 'Refund', 'Operator'] },
});
