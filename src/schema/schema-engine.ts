import { readFileSync } from 'node:fs';
import { nodeGlobal } from './node-require';
import { ownRequire } from './own-package';

/** Prisma's schema engine: the calls that this package makes. Parameters are those of its JSON-RPC protocol. */
export interface SchemaEngine {
  diff(params: object): Promise<{ readonly stdout: string | null; readonly exitCode: number }>;
  schemaPush(params: object): Promise<object>;
  version(params?: object): Promise<string>;
  dbExecute(params: object): Promise<void>;
  introspect(params: object): Promise<object>;
  reset(params: object): Promise<void>;
  createMigration(params: object): Promise<object>;
  applyMigrations(params: object): Promise<object>;
  diagnoseMigrationHistory(params: object): Promise<object>;
  devDiagnostic(params: object): Promise<object>;
  evaluateDataLoss(params: object): Promise<object>;
  ensureConnectionValidity(params: object): Promise<object>;
  markMigrationApplied(params: object): Promise<object>;
  markMigrationRolledBack(params: object): Promise<object>;
  free(): void;
}

/** A schema, as the engine wants it to know its datasource and its preview features. */
export type Datamodels = readonly (readonly [path: string, content: string])[];

interface EngineGlue {
  readonly SchemaEngine: {
    readonly new: (options: { datamodels: Datamodels | undefined }, log: (line: string) => void, adapterFactory: object) => Promise<SchemaEngine>;
  };
  __wbg_set_wasm(exports: WasmExports): void;
}

type WasmExports = Readonly<Record<string, unknown>>;

/** The part of the WebAssembly API that is used; the types of Node alone do not have it. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => { readonly exports: WasmExports };
}

let glue: EngineGlue | undefined;
let lastPanic: string | undefined;

/**
 * The engine compiled to WebAssembly, in this process: neither a binary nor a network is needed. It is loaded once per
 * process, when it is first asked for (~30 ms). `adapterFactory` is a bound driver adapter; to free the engine when done is
 * the caller's part.
 */
export async function createSchemaEngine(datamodels: Datamodels | undefined, adapterFactory: object): Promise<SchemaEngine> {
  glue ??= loadGlue();
  return glue.SchemaEngine.new({ datamodels }, () => {}, adapterFactory);
}

/** What the engine said when it last panicked. */
export function enginePanic(): string | undefined {
  return lastPanic;
}

/** Version of the engine: of the package, whose wasm has no other. */
export function schemaEngineVersion(): string {
  const main = ownRequire().resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const manifest = readFileSync(main.replace(/schema_engine_bg\.js$/, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function loadGlue(): EngineGlue {
  const require = ownRequire();
  const specifier = '@prisma/schema-engine-wasm/schema_engine_bg';
  const bytes = readFileSync(require.resolve(specifier).replace(/\.js$/, '.wasm'));
  const module = require(specifier) as EngineGlue;
  // The glue calls it unguarded; another copy of Prisma in this process may have set its own.
  nodeGlobal()['PRISMA_WASM_PANIC_REGISTRY'] ??= {
    set_message: (message: string): void => {
      lastPanic = message;
    },
  };
  const { Module, Instance } = nodeGlobal()['WebAssembly'] as WasmApi;
  const instance = new Instance(new Module(bytes), { './schema_engine_bg.js': module });
  module.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return module;
}
