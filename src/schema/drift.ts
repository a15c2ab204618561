import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ownBin } from './own-package';
import { supportsEngine } from './push-engine';
import type { PrismaProject } from './schema-source';
import { defaultSchemaOf, inSchema } from './table-name';

/** What {@link findDrift} looks at. */
export interface DriftOptions {
  readonly project: PrismaProject;
  /** A database that holds what the migrations made. */
  readonly url: string;
  /** Folders from which the driver adapter is resolved, most specific first. */
  readonly resolveFrom: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Milliseconds that a comparison may take. */
const patience = 60_000;

/**
 * What the schema has and the migrations do not make, or the other way round, in Prisma's words: the summary of the
 * migration that `prisma migrate dev` would propose. `undefined` where both agree, and for providers whose engine is not
 * at hand (MySQL). External tables and enums are none of the migrations' business and are left out. Rejects where the
 * database cannot be read.
 *
 * The engine runs in a process of its own: it leaves timers behind, which would keep a Jest worker from ending.
 */
export async function findDrift({ project, url, resolveFrom, env }: DriftOptions): Promise<string | undefined> {
  const engine = ownBin('jest-environment-prisma-schema-engine');
  if (engine === undefined || !supportsEngine(project.provider)) return undefined;
  const child = spawn(process.execPath, [engine], {
    // By the environment: arguments are in the list of processes, and URLs hold passwords.
    env: {
      ...env,
      PRISMA_TEST_ENGINE_URL: inSchema(url, defaultSchemaOf(project)),
      PRISMA_TEST_RESOLVE_FROM: resolveFrom.join(path.delimiter),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: patience,
  });
  const ended = once(child, 'close');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  // A child that died early breaks the pipe; that it did is told below.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'diff', params: diffOf(project) })}\n`);
  let answer: Answer | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as Answer;
    if (message.id === 1) answer = message;
  }
  await ended;
  if (answer?.result === undefined)
    throw new Error(answer?.error?.data?.message ?? (complaint.trim() || 'the schema engine gave no answer'));
  const { exitCode, stdout } = answer.result;
  return exitCode === 2 ? (stdout ?? '').trim() : undefined;
}

interface Answer {
  readonly id: number | string;
  readonly result?: { readonly exitCode: number; readonly stdout: string | null };
  readonly error?: { readonly data?: { readonly message?: string } };
}

/** From the database to the schema: what a further migration would have to do. */
function diffOf({ files, baseDir, externalTables, externalEnums }: PrismaProject): object {
  return {
    from: { tag: 'schemaDatasource', files, configDir: baseDir },
    to: { tag: 'schemaDatamodel', files },
    script: false,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters: { externalTables, externalEnums },
  };
}
