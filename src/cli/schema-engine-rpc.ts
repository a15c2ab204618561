import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { offlineAdapter } from '../schema/engine-adapter';
import { parsePsl } from '../schema/psl';
import { createSchemaEngine, orPanic } from '../schema/schema-engine';
import type { SchemaEngine } from '../schema/schema-engine';
import { openEngineDatabase } from './schema-engine-database';
import type { EnginePlace } from './schema-engine-packages';

/** What Prisma's CLI starts its engine with. */
export interface EngineArguments {
  /** Schema files, of which the engine wants the datasource. */
  readonly datamodels: readonly string[];
  readonly url: string | undefined;
  readonly place: EnginePlace;
}

interface Request {
  readonly id: number;
  readonly method?: string;
  readonly params?: object;
}

/** Methods of the protocol that have the same name in the engine; the others are below. */
const methods = [
  'applyMigrations',
  'createMigration',
  'dbExecute',
  'devDiagnostic',
  'diagnoseMigrationHistory',
  'diff',
  'ensureConnectionValidity',
  'evaluateDataLoss',
  'introspect',
  'markMigrationApplied',
  'markMigrationRolledBack',
  'reset',
  'schemaPush',
] as const satisfies readonly (keyof SchemaEngine)[];

/** Answers the schema engine's protocol, JSON-RPC in lines, until the input ends. One request at a time, in order. */
export async function serveSchemaEngine(args: EngineArguments, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  const write = (message: object): void => {
    output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  let engine: SchemaEngine | undefined;
  for await (const line of createInterface({ input })) {
    const request = readRequest(line);
    if (request?.method === undefined) continue;
    const { id, method, params = {} } = request;
    try {
      engine ??= await openEngine(args, params);
      const result = await orPanic(call(engine, method, params, args));
      const { stdout } = (result ?? {}) as { stdout?: string | null };
      // The native engine has the CLI print a diff and leaves it out of the answer.
      if (method === 'diff' && typeof stdout === 'string') write({ id: `print-${id}`, method: 'print', params: { content: stdout } });
      write({ id, result: result ?? null });
    } catch (error) {
      write({ id, error: rpcError(error) });
    }
  }
}

async function call(engine: SchemaEngine, method: string, params: object, args: EngineArguments): Promise<unknown> {
  if (method === 'getDatabaseVersion') return engine.version(params);
  if (method === 'createDatabase') return { databaseName: await openEngineDatabase(args.url ?? '', args.place).create() };
  const known = methods.find((name) => name === method);
  if (known === undefined) throw new Error(`The schema engine compiled to WebAssembly has no \`${method}\`.`);
  // The native engine fills in what the CLI leaves out.
  return engine[known](known === 'diff' ? { shadowDatabaseUrl: null, exitCode: null, ...params } : params);
}

async function openEngine(args: EngineArguments, params: object): Promise<SchemaEngine> {
  const files = args.datamodels.map((path) => ({ path, content: readFileSync(path, 'utf8') }));
  const datamodels = files.length === 0 ? undefined : files.map(({ path, content }): [string, string] => [path, content]);
  if (args.url !== undefined) {
    return createSchemaEngine(datamodels, openEngineDatabase(args.url, args.place).adapterFactory());
  }
  // A diff of schemas needs no database, only to know which kind.
  const provider = [...files, ...filesOf(params)].flatMap(parsePsl).find(({ kind }) => kind === 'datasource')?.settings['provider'];
  return createSchemaEngine(datamodels, offlineAdapter(provider === '"sqlite"' ? 'sqlite' : 'postgres', 'public'));
}

function filesOf(params: object): { path: string; content: string }[] {
  return Object.values(params).flatMap((part: { files?: { path: string; content: string }[] } | null) => part?.files ?? []);
}

function readRequest(line: string): Request | undefined {
  try {
    return JSON.parse(line) as Request;
  } catch {
    return undefined;
  }
}

function rpcError(error: unknown): object {
  const { message = String(error), code, meta } = error as { message?: string; code?: string; meta?: unknown };
  return {
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: { is_panic: false, message, meta: meta ?? null, ...(code === undefined ? {} : { error_code: code }) },
  };
}
