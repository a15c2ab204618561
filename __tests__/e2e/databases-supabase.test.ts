import { readFileSync } from 'node:fs';
import path from 'node:path';
import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { expectPassed } from './expect-run';
import { openProject, repository } from './project';
import { runIn } from './run-jest';

jest.setTimeout(120_000);

const base = `jep_auth_${process.pid}`;
let why: string | undefined;

beforeAll(async () => {
  why = await unreachable();
  if (why && process.env['CI']) throw new Error(why);
  if (why) process.stderr.write(`SKIPPED docs/external-tables.md on PostgreSQL: ${why}\n`);
});

afterAll(async () => {
  if (why) return;
  const all = await query(serverUrl('postgres'), `SELECT datname FROM pg_database WHERE datname LIKE '${base}%'`);
  for (const { datname } of all) await query(serverUrl('postgres'), `DROP DATABASE IF EXISTS "${String(datname)}" WITH (FORCE)`);
});

/** The blocks of the section on Supabase in the page people link to. */
function blockOf(language: string): string {
  const page = readFileSync(path.join(repository, 'docs/external-tables.md'), 'utf8');
  const [, section = ''] = page.split("## Supabase's `auth` schema");
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? '';
}

test("what docs/external-tables.md says of Supabase's auth schema works as it stands there", async () => {
  if (why) return;
  const project = openProject('basic', {
    files: {
      'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { sql: ['./test/auth.sql'] }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({
  schema: './prisma/schema.prisma',
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
  experimental: { externalTables: true },
  tables: { external: ['auth.users'] },
});\n`,
      'prisma/schema.prisma': `generator client {\n  provider     = "prisma-client"\n  output       = "../generated"\n  moduleFormat = "cjs"\n}\n${blockOf('prisma')}`,
      'test/auth.sql': blockOf('sql'),
      '__tests__/first.test.ts': `${blockOf('ts')}
test('and the rest of the world is as it was', async () => expect(await prisma.profile.count()).toBe(0));\n`,
    },
  });
  try {
    expectPassed(await runIn(project, [], { env: { DATABASE_URL: serverUrl(base) } }), 2);
  } finally {
    project.remove();
  }
});
