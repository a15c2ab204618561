#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createError, isPrismaTestError } from '../errors';
import { loadDotenv } from '../harness/environment-variables';
import { inspectDatabases, type InspectedDatabase } from '../harness/inspect';
import type { ResolvedOptions } from '../options';
import { nearestName } from '../options-nearest';
import type { Command } from './command';
import { clean } from './commands/clean';
import { schema } from './commands/schema';
import { types } from './commands/types';
import { readJestOptions } from './jest-options';

const commands: Readonly<Record<string, Command>> = { schema, types, clean };

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `${isPrismaTestError(error) || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? (error as Error).message : String((error as Error).stack ?? error)}\n`,
  );
  process.exitCode = 1;
});

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      project: { type: 'string' },
      database: { type: 'string' },
      sql: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name, ...rest] = positionals;
  if (values.help || name === undefined) return print(help());
  const command = commands[name];
  if (command === undefined) throw unknown('command', name, Object.keys(commands));

  const cwd = process.cwd();
  let read: ResolvedOptions | undefined;
  const options = (): ResolvedOptions =>
    (read ??= readJestOptions({ cwd, project: values.project, config: values.config, env: process.env }));
  await command.run({
    cwd,
    flags: { sql: values.sql },
    positionals: rest,
    options,
    databases: () => databasesOf(options(), values.database),
    print,
  });
}

async function databasesOf(options: ResolvedOptions, only: string | undefined): Promise<readonly InspectedDatabase[]> {
  // A Prisma config reads `process.env`, and this process does nothing but this.
  Object.assign(process.env, await loadDotenv(options.rootDir, process.env as Record<string, string>));
  const databases = await inspectDatabases(options, (line) => process.stderr.write(`${line}\n`));
  if (only === undefined) return databases;
  const found = databases.filter(({ name }) => name === only);
  if (found.length === 0)
    throw unknown(
      'database',
      only,
      databases.map(({ name }) => name),
    );
  return found;
}

function unknown(what: string, given: string, names: readonly string[]): Error {
  return createError({
    code: 'PRISMA_TEST_CLI_UNKNOWN',
    message: `Unknown ${what} '${given}'.`,
    facts: { known: names.join(', ') },
    cure: `write ${nearestName(given, names) ?? names[0] ?? 'one that exists'}`,
  });
}

function help(): string {
  const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  return [
    'Usage: npx jest-environment-prisma COMMAND',
    '',
    ...Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`),
    '',
    'The options are those of the Jest config found here; --config PATH names another, --project NAME one of its projects.',
  ].join('\n');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
