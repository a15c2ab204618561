import { defineConfig } from 'prisma/config';

/** Our own database: we migrate it. */
export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['ADMIN_DATABASE_URL'] ?? 'file:./admin.db' },
});
