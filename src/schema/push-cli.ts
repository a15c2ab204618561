import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createError } from '../errors';
import { findPrismaCli, substituteEngine } from './prisma-cli';
import { supportsEngine } from './push-engine';
import type { PrismaProject, SchemaVariant } from './schema-source';
import { inSchema } from './table-name';

/** What the real `prisma db push` needs. */
export interface PushWithCliOptions {
  readonly project: PrismaProject;
  readonly variant: SchemaVariant;
  /** The fresh database that becomes the template. */
  readonly targetUrl: string;
  /** Folders from which the CLI is resolved, and driver adapters by our engine; most specific first. */
  readonly resolveFrom: readonly string[];
  /** Environment of the CLI. */
  readonly env: NodeJS.ProcessEnv;
  /** A schema engine to use instead of Prisma's; default: ours, where Prisma's is not on this machine. */
  readonly engineBinary?: string | undefined;
  report(line: string): void;
}

const urlVariable = 'PRISMA_TEST_PUSH_URL';

/**
 * Runs the `prisma db push` of the project's own CLI against a fresh database, with a config of our own that carries the
 * variant. It never resets and never accepts data loss. Database schemas and views are not its part: run
 * {@link surroundings} before and after. Throws `PRISMA_TEST_PUSH_FAILED` with the CLI's output.
 */
export async function pushWithCli(options: PushWithCliOptions): Promise<void> {
  const { project, variant, targetUrl, resolveFrom, env } = options;
  const cli = findPrismaCli(resolveFrom);
  const engine = chooseEngine(options, cli.hasEngine);
  if (engine !== undefined && options.engineBinary === undefined) {
    options.report(`Prisma's schema engine is not on this machine; ${path.basename(engine)} stands in for it.`);
  }
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'jest-environment-prisma-push-')));
  try {
    const paths = writeProject(folder, variant);
    const { status, output } = await run([cli.script, 'db', 'push', '--config', path.join(folder, 'prisma.config.mjs')], folder, {
      ...env,
      [urlVariable]: inSchema(targetUrl, variant.defaultSchema),
      PRISMA_TEST_RESOLVE_FROM: resolveFrom.join(path.delimiter),
      NO_COLOR: '1',
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      ...(engine === undefined ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: engine }),
    });
    if (status !== 0) throw pushFailed(project, status, restorePaths(hidePassword(output, targetUrl), paths));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function chooseEngine({ engineBinary, env, project }: PushWithCliOptions, hasEngine: boolean): string | undefined {
  if (engineBinary !== undefined) return engineBinary;
  if (hasEngine || env['PRISMA_SCHEMA_ENGINE_BINARY'] || !supportsEngine(project.provider)) return undefined;
  return substituteEngine();
}

/** Writes config and schema, and returns which file stands for which of the user's. */
function writeProject(folder: string, variant: SchemaVariant): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  mkdirSync(path.join(folder, 'schema'));
  for (const [index, file] of variant.files.entries()) {
    // Names must differ, paths of the user's may lie anywhere, and one may occur twice.
    const name = `${String(index).padStart(3, '0')}-${path.basename(file.path)}`;
    writeFileSync(path.join(folder, 'schema', name), file.content);
    paths.set(name, file.path);
  }
  // The URL comes by the environment: an argument would be in the list of processes, a file on the disk.
  const config = `export default { schema: './schema', datasource: { url: process.env.${urlVariable} } };\n`;
  writeFileSync(path.join(folder, 'prisma.config.mjs'), config);
  return paths;
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output: stripVTControlCharacters(output).trim() });
    });
  });
}

function hidePassword(output: string, url: string): string {
  try {
    const { password } = new URL(url);
    if (password === '') return output;
    return [password, decodeURIComponent(password)].reduce((text, secret) => text.replaceAll(secret, '***'), output);
  } catch {
    return output;
  }
}

function restorePaths(output: string, paths: ReadonlyMap<string, string>): string {
  return [...paths].reduce((text, [name, original]) => {
    const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    return text.replace(new RegExp(String.raw`[^\s"'\`]*${escaped}`, 'g'), () => original);
  }, output);
}

function pushFailed(project: PrismaProject, status: number | null, output: string): Error {
  const noEngine = output.includes('binaries.prisma.sh');
  return createError({
    code: 'PRISMA_TEST_PUSH_FAILED',
    message: '`prisma db push` failed on the database that was to become the template.',
    facts: { status: String(status), output },
    cure: noEngine
      ? `Prisma's schema engine could not be downloaded. For ${project.provider} nothing can stand in for it:\nset PRISMA_SCHEMA_ENGINE_BINARY or PRISMA_ENGINES_MIRROR, or write  source: 'migrations'`
      : 'the output above is that of Prisma; `npx jest-environment-prisma schema` shows the schema that was pushed',
  });
}
