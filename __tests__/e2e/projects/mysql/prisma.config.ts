import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? 'mysql://root@127.0.0.1:3306/e2e_app' },
});
