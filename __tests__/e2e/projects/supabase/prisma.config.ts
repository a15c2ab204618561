import { defineConfig } from 'prisma/config';

const url = process.env['DATABASE_URL'];

export default defineConfig({
  schema: './prisma/schema.prisma',
  ...(url && { datasource: { url } }),
  experimental: { externalTables: true },
  tables: { external: ['auth.users', 'auth.sessions'] },
  enums: { external: ['auth.aal_level'] },
});
