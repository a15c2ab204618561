import { defineConfig } from 'prisma/config';

/** The second database of the tests: another service's, on SQLite, with a client in plain JavaScript. */
export default defineConfig({
  schema: './schema.prisma',
  datasource: { url: process.env['AUDIT_URL'] ?? 'file:./audit.db' },
});
