import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['SERVICE_URL'] ?? 'file:./service.db' },
});
