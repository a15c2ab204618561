import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { openProject, repository, type Project } from './project';

// Prisma's CLI takes its seconds, and more of them on a busy machine.
jest.setTimeout(180_000);

/** The package's executable in the place of Prisma's own engine. */
const executable = path.join(repository, 'dist', 'schema-engine.cjs');

let project: Project;
afterEach(() => project.remove());

function prisma(...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [require.resolve('prisma/build/index.js'), ...args], {
    cwd: project.dir,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', DATABASE_URL: 'file:./dev.db', PRISMA_SCHEMA_ENGINE_BINARY: executable },
  });
  return `${stdout}\n${stderr}`;
}

const onPosix = process.platform === 'win32' ? test.skip : test;

onPosix("Prisma's commands run with the executable: new migrations, deployment, status, SQL", () => {
  project = openProject('basic', { files: { 'x.sql': `INSERT INTO "User" ("email") VALUES ('a;b');\n` }, generate: false });
  expect(prisma('migrate', 'dev', '--name', 'init')).toContain('in sync with your schema');
  rmSync(path.join(project.dir, 'dev.db'));
  expect(prisma('migrate', 'deploy')).toContain('All migrations have been successfully applied.');
  expect(prisma('migrate', 'status')).toContain('Database schema is up to date!');
  expect(prisma('db', 'execute', '--file', 'x.sql')).toContain('Script executed successfully.');
  expect(prisma('db', 'pull', '--print')).toContain('model Post {');
});
