import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { slotLock } from '../../src/providers/postgresql-lease';
import { lockKey } from '../../src/providers/postgresql-session';
import { expectPassed, failureOf } from './expect-run';
import { meetingOf, openLab, patient } from './postgresql-lab';
import { openProject, repository } from './project';
import { runJest, startJest } from './run-jest';

jest.setTimeout(120_000);

const lab = openLab('pg');
const { base, env } = lab;

lab.test('one line in the Jest config is enough, and the database that the URL names is never made', async () => {
  const run = await runJest('postgresql', ['-w', '2'], { env });
  expectPassed(run, 4);
  const made = await lab.databases();
  expect(made.filter((name) => name.includes('_tpl_'))).toEqual([expect.stringMatching(`^${base}_tpl_[0-9a-f]+$`)]);
  expect(made).not.toContain(base);
});

/** The SQL files of the Supabase project, with roles that are this test's own: roles belong to the whole server. */
function ownRoles(): Record<string, string> {
  const file = (name: string): string => readFileSync(path.join(__dirname, 'projects', 'supabase', name), 'utf8');
  const names = ['prisma/sql/auth.sql', 'prisma/sql/profiles.sql', 'src/notes.ts', '__tests__/schema.test.ts'];
  return Object.fromEntries(names.map((name) => [name, file(name).replaceAll(/\b(?:anon|authenticated)\b/g, (role) => `${base}_${role}`)]));
}

lab.test('a project like those on Supabase: tables of another service, extensions, policies, triggers, views, grants', async () => {
  expectPassed(await runJest('supabase', ['-w', '2'], { files: ownRoles(), env }), 9);
});

test('what docs/supabase.md shows is what was run', () => {
  const page = readFileSync(path.join(repository, 'docs', 'supabase.md'), 'utf8');
  const blocks = [...page.matchAll(/^```\w+([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    title: /title="([^"]+)"/.exec(info)?.[1] ?? '',
    text,
  }));
  expect(blocks.length).toBeGreaterThan(8);
  for (const { title, text } of blocks) {
    expect(readFileSync(path.join(__dirname, 'projects', 'supabase', title), 'utf8').replaceAll('\r', '')).toContain(text);
  }
});

describe('an SQL file that fails is told with file, line and statement', () => {
  const failing = (sql: string) =>
    runJest('postgresql', ['one'], {
      files: {
        'prisma/more.sql': sql,
        'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { sql: ['./prisma/more.sql'] }, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
      },
      env,
    });

  lab.test('where the server tells the place', async () => {
    const failure = failureOf(await failing(`-- It's first\nCREATE TABLE a (id int);\n\nCREATE VIEW v AS\n  SELECT nonsense FROM a;\n`));
    expect(failure).toContain('An SQL file failed: column "nonsense" does not exist');
    expect(failure).toMatch(/file +<project>\/prisma\/more\.sql:5\n/);
    expect(failure).toMatch(/statement +CREATE VIEW v AS\n +SELECT nonsense FROM a\n/);
    expect(failure).toContain('PRISMA_TEST_SQL_FILE');
  });

  lab.test('and where it tells only that it failed, as for rows and blocks', async () => {
    const failure = failureOf(
      await failing(
        `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nDO $$\nBEGIN\n  RAISE EXCEPTION 'not today';\nEND $$;\n`,
      ),
    );
    expect(failure).toContain('An SQL file failed: not today');
    expect(failure).toMatch(/file +<project>\/prisma\/more\.sql:2\n/);
    expect(failure).toMatch(/statement +DO \$\$\n/);
    expect(failure).toMatch(/where +PL\/pgSQL function inline_code_block line 3 at RAISE/);
    // Nothing half-built stays, and the next run builds anew.
    expect((await lab.databases()).filter((name) => name.endsWith('_new'))).toEqual([]);
  });
});

lab.test('a role that may not create databases is told so, with the line that lets it', async () => {
  const role = `${base}_poor`;
  await lab.run(`CREATE ROLE "${role}" LOGIN PASSWORD 'se/cret'`);
  const url = new URL(env.DATABASE_URL);
  url.username = role;
  url.password = encodeURIComponent('se/cret');
  const failure = failureOf(await runJest('postgresql', ['one'], { env: { DATABASE_URL: url.href } }));
  expect(failure).toContain('PRISMA_TEST_NO_CREATEDB');
  expect(failure).toContain(`ALTER ROLE "${role}" CREATEDB;`);
  expect(failure).not.toMatch(/se(?:\/|%2F)cret/);
});

lab.test('two connections for each worker: its sandbox, and its lease', async () => {
  const project = openProject('postgresql', {
    files: {
      '__tests__/one.test.ts': `import { meet, waitForFile } from '../meet';
test('many queries at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => prisma.user.create({ data: { email: String(n) } })));
  await Promise.all([1, 2].map(() => prisma.$transaction([prisma.user.count(), prisma.post.count()])));
  await meet('one', prismaTest.url);
  await waitForFile('counted');
});\n`,
      '__tests__/two.test.ts': `import { meet, waitForFile } from '../meet';
test('the same in another worker', async () => {
  await prisma.user.create({ data: { email: 'x' } });
  await meet('two', prismaTest.url);
  await waitForFile('counted');
});\n`,
    },
  });
  const meeting = path.join(project.scratch, 'meeting');
  try {
    const running = startJest(project, ['-w', '2', patient], { env: { ...env, MEETING: meeting, MEETERS: '2' } });
    const files = await meetingOf(running, meeting, 2);
    const names = files.map((url) => new URL(url).pathname.slice(1));
    const keys = names.map((name) => lockKey(slotLock(name)));
    const [counted] = await lab.run(`SELECT
      (SELECT count(*)::int FROM pg_stat_activity WHERE datname = ANY('{${names.join(',')}}')) AS sandboxes,
      (SELECT count(DISTINCT pid)::int FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND ((classid::bigint << 32) | objid::bigint) = ANY('{${keys.join(',')}}')) AS leases`);
    writeFileSync(path.join(meeting, 'counted'), '');
    expectPassed(await running.done, 2);
    expect(new Set(names).size).toBe(2);
    expect(counted).toEqual({ sandboxes: 2, leases: 2 });
  } finally {
    project.remove();
  }
});
