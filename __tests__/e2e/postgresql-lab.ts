import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { query, serverUrl, unreachable } from '../providers/postgresql-server';
import { repository, type Project } from './project';
import type { RunningJest } from './run-jest';

/** A server that tests share with others: what they make begins with a name of their own, and goes with them. */
export interface PostgresqlLab {
  /** What the names of the databases begin with; the user's own database of that name does not exist. */
  readonly base: string;
  readonly env: { readonly DATABASE_URL: string };
  /** A test that is skipped, aloud, where there is no server; in CI that is a failure. */
  test(name: string, work: () => Promise<void>): void;
  /** Databases of this lab, sorted. */
  databases(): Promise<readonly string[]>;
  /** Runs SQL in the server's own database. */
  run(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Waits until an SQL expression is true. */
  until(condition: string): Promise<void>;
}

/** Opens a lab for the tests of one file. */
export function openLab(name: string): PostgresqlLab {
  const base = `jep_${name}_${process.pid}`;
  let why: string | undefined;

  const run: PostgresqlLab['run'] = (sql) => query(serverUrl('postgres'), sql);
  const databases = async (): Promise<readonly string[]> =>
    (await run(`SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, '${base}') ORDER BY 1`)).map((row) =>
      String(row['name']),
    );

  beforeAll(async () => {
    why = await unreachable();
    if (why && process.env['CI']) throw new Error(why);
    if (why) process.stderr.write(`SKIPPED ${name}: ${why}\n`);
  });

  afterAll(async () => {
    if (why) return;
    for (const database of await databases()) await run(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    for (const row of await run(`SELECT rolname FROM pg_roles WHERE starts_with(rolname, '${base}')`))
      await run(`DROP ROLE "${String(row['rolname'])}"`);
  });

  return {
    base,
    env: { DATABASE_URL: serverUrl(base) },
    test: (title, work) => test(title, async () => (why ? undefined : work())),
    databases,
    run,
    async until(condition) {
      const deadline = Date.now() + 30_000;
      while ((await run(`SELECT ${condition} AS done`))[0]?.['done'] !== true) {
        if (Date.now() > deadline) throw new Error(`it does not become true: ${condition}`);
        await delay(30);
      }
    },
  };
}

/** `npx jest-environment-prisma clean` in a project; what it printed. */
export function clean(project: Project, env: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(repository, 'dist', 'cli.cjs'), 'clean'], {
    cwd: project.dir,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`clean failed\n${stdout}${stderr}`);
  return stdout;
}

/** Waits until so many files have come to a meeting (`projects/postgresql/meet.ts`); what each of them wrote. */
export async function meetingOf(running: RunningJest, folder: string, count: number): Promise<readonly string[]> {
  let isDone = false;
  void running.done.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  const come = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  while (come().length < count) {
    if (isDone) throw new Error(`Jest ended before all had come\n${running.output()}`);
    await delay(30);
  }
  // The last of them may still be writing.
  await delay(100);
  return come().map((file) => readFileSync(path.join(folder, file), 'utf8'));
}

/** Jest's own five seconds are short where eight workers share two cores. */
export const patient = '--testTimeout=60000';
