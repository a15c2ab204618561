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
    readonly new: (
      options: { datamodels: Datamodels | undefined },
      log: (line: string) => void,
      adapterFactory: object,
    ) => Promise<SchemaEngine>;
  };
  __wbg_set_wasm(exports: WasmExports): void;
}

type WasmExports = Readonly<Record<string, unknown>>;

/** The part of the WebAssembly API that is used; the types of Node alone do not have it. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => { readonly exports: WasmExports };
}

/** The engine of this process, and how it ended if it did. */
interface LoadedEngine {
  readonly glue: EngineGlue;
  panic: Error | undefined;
  readonly waiting: Set<(panic: Error) => void>;
}

/**
 * One per process, whichever copy of this module asks: the engine's glue is a module with state, and a second
 * instance behind it would write into the first one's memory.
 */
const loadedKey = Symbol.for('jest-environment-prisma.schema-engine');

/**
 * The engine compiled to WebAssembly, in this process: neither a binary nor a network is needed. It is loaded once per
 * process, when it is first asked for (~30 ms). `adapterFactory` is a bound driver adapter; to free the engine when done is
 * the caller's part, and to wrap its calls in {@link orPanic}.
 */
export async function createSchemaEngine(datamodels: Datamodels | undefined, adapterFactory: object): Promise<SchemaEngine> {
  return orPanic(loadEngine().glue.SchemaEngine.new({ datamodels }, () => {}, adapterFactory));
}

/** A call of the engine that rejects when the engine panics; without this it would never settle. */
export async function orPanic<T>(call: Promise<T>): Promise<T> {
  const engine = loadEngine();
  if (engine.panic !== undefined) throw engine.panic;
  let wait: ((panic: Error) => void) | undefined;
  const panicked = new Promise<never>((_, reject) => {
    wait = reject;
    engine.waiting.add(reject);
  });
  try {
    return await Promise.race([call, panicked]);
  } finally {
    if (wait !== undefined) engine.waiting.delete(wait);
  }
}

/** Version of the engine: of the package, whose wasm has no other. */
export function schemaEngineVersion(): string {
  const main = ownRequire().resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const manifest = readFileSync(main.replace(/schema_engine_bg\.js$/, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function loadEngine(): LoadedEngine {
  const shared = nodeGlobal() as { [loadedKey]?: LoadedEngine };
  return (shared[loadedKey] ??= instantiate());
}

function instantiate(): LoadedEngine {
  const require = ownRequire();
  const specifier = '@prisma/schema-engine-wasm/schema_engine_bg';
  const bytes = readFileSync(require.resolve(specifier).replace(/\.js$/, '.wasm'));
  const glue = require(specifier) as EngineGlue;
  const engine: LoadedEngine = { glue, panic: undefined, waiting: new Set() };
  let message = '';
  // The glue calls it unguarded; another user of Prisma's engines in this process may have set its own.
  nodeGlobal()['PRISMA_WASM_PANIC_REGISTRY'] ??= {
    set_message: (text: string): void => {
      message = text;
    },
  };
  const fail = (trap: unknown): void => {
    engine.panic ??= new Error(message === '' ? 'the engine panicked' : message, { cause: trap });
    for (const reject of engine.waiting) reject(engine.panic);
  };
  const { Module, Instance } = nodeGlobal()['WebAssembly'] as WasmApi;
  const instance = new Instance(new Module(bytes), { './schema_engine_bg.js': catchTraps(glue, fail) });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return engine;
}

/** The engine's imports, with its tasks run so that a panic in one is reported instead of ending the process. */
function catchTraps(glue: object, fail: (trap: unknown) => void): object {
  const imports = Object.entries(glue).map(([name, value]: [string, unknown]): [string, unknown] => {
    if (!name.startsWith('__wbg_queueMicrotask_')) return [name, value];
    const original = value as (argument: unknown) => unknown;
    const guarded = (argument: unknown): unknown => {
      if (typeof argument !== 'function') return original(argument);
      return original(() => {
        try {
          (argument as () => void)();
        } catch (trap) {
          fail(trap);
        }
      });
    };
    return [name, guarded];
  });
  return Object.fromEntries(imports);
}
