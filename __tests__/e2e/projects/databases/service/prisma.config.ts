import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['SERVICE_URL'] ?? '' },
  experimental: { externalTables: true },
  tables: { external: ['Customer', 'Refund', 'Operator'] },
});
