#!/usr/bin/env node
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openEngineDatabase } from './schema-engine-database';
import { serveSchemaEngine } from './schema-engine-rpc';
import { schemaEngineVersion } from '../schema/schema-engine';

/**
 * `jest-environment-prisma-schema-engine`: Prisma's schema engine as an executable, for machines that cannot download the
 * native one: `PRISMA_SCHEMA_ENGINE_BINARY=node_modules/.bin/jest-environment-prisma-schema-engine npx prisma db push`.
 */
void main(process.argv.slice(2)).then(
  // The engine leaves a timer of a minute behind.
  () => process.exit(0),
  (error: unknown) => {
    const { message, code } = error as { message: string; code?: string };
    log('INFO', { message: 'jest-environment-prisma-schema-engine' });
    log('ERROR', { message, error_code: code, is_panic: false });
    process.exit(1);
  },
);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      datamodels: { type: 'string', multiple: true, default: [] },
      datasource: { type: 'string' },
      'enabled-preview-features': { type: 'string' },
      'extension-types': { type: 'string' },
      version: { type: 'boolean', short: 'V', default: false },
    },
  });
  if (values.version) {
    process.stdout.write(`schema-engine-cli ${schemaEngineVersion().split('.').at(-1) ?? ''}\n`);
    return;
  }
  // Our own calls give the URL by the environment: arguments are in the list of processes.
  const url = (JSON.parse(values.datasource ?? '{}') as { url?: string }).url ?? process.env['PRISMA_TEST_ENGINE_URL'];
  // Packages are the project's. `push: 'cli'` runs in a folder of its own and says where the project is.
  const resolveFrom = process.env['PRISMA_TEST_RESOLVE_FROM']?.split(path.delimiter) ?? [process.cwd()];
  const place = { directory: process.cwd(), resolveFrom };
  const [cli, command] = positionals;
  if (cli !== 'cli') {
    await serveSchemaEngine({ datamodels: values.datamodels, url, place }, process.stdin, process.stdout);
  } else if (command === 'can-connect-to-database') {
    await openEngineDatabase(url ?? '', place).checkConnection();
    process.stdout.write('Connection successful\n');
  } else if (command === 'create-database') {
    const name = await openEngineDatabase(url ?? '', place).create();
    process.stdout.write(`Database '${name}' was successfully created.\n`);
  } else {
    throw new Error(`The command \`cli ${command ?? ''}\` is not known.`);
  }
}

/** A line of the engine's log, by which the CLI learns of errors. It skips the first line of all. */
function log(level: string, fields: object): void {
  process.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' })}\n`);
}
