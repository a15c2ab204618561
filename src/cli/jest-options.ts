import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createError } from '../errors';
import type { ResolvedOptions } from '../options';
import { readOptions } from '../options-reader';

interface ShownProject {
  readonly rootDir: string;
  readonly displayName?: { readonly name: string };
  readonly testEnvironment: string;
  readonly testEnvironmentOptions?: unknown;
}

/** What a command is told on its command line. */
export interface JestSelection {
  readonly cwd: string;
  /** `--project`: the `displayName` of one of several Jest projects. */
  readonly project?: string | undefined;
  /** `--config`: the Jest config, as Jest's own `--config`. */
  readonly config?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The options that Jest would run with: Jest itself is asked, so presets, projects and root directories are right. */
export function readJestOptions(selection: JestSelection): ResolvedOptions {
  const { cwd, project, env } = selection;
  const shown = showConfig(selection);
  const ours = shown.filter(({ testEnvironment }) => isOurs(testEnvironment));
  const found = project === undefined ? (ours[0] ?? shown[0]) : shown.find(({ displayName }) => displayName?.name === project);
  if (found === undefined && project !== undefined) {
    throw createError({
      code: 'PRISMA_TEST_CLI_PROJECT',
      message: `No Jest project is called '${project}'.`,
      facts: { projects: shown.map(({ displayName }) => displayName?.name ?? '(no displayName)').join(', ') },
      cure: 'give --project the displayName of one of them',
    });
  }
  const { rootDir, testEnvironmentOptions } = found ?? { rootDir: cwd, testEnvironmentOptions: {} };
  // In a config of another environment the options are none of ours.
  return readOptions(found && ours.includes(found) ? testEnvironmentOptions : {}, { rootDir, env });
}

function isOurs(testEnvironment: string): boolean {
  return /jest-environment-prisma|[\\/]dist[\\/]index\.[cm]js$/.test(testEnvironment);
}

function showConfig({ cwd, config, env }: JestSelection): readonly ShownProject[] {
  const jest = findJest(cwd);
  if (jest === undefined) return [];
  const args = [jest, '--showConfig', ...(config === undefined ? [] : ['--config', config])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status === 0) return (JSON.parse(stdout.slice(stdout.indexOf('{'))) as { configs: ShownProject[] }).configs;
  throw createError({
    code: 'PRISMA_TEST_CLI_JEST_CONFIG',
    message: `Jest cannot read its config.`,
    facts: { asked: `jest ${args.slice(1).join(' ')}`, said: (stderr || stdout).trim() },
    cure: 'correct the Jest config, or name it with --config',
  });
}

function findJest(cwd: string): string | undefined {
  try {
    return createRequire(path.join(cwd, 'noop.js')).resolve('jest/bin/jest');
  } catch {
    return undefined;
  }
}
