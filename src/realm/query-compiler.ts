import type { Session } from '../session';

/** Not among Node's types. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => unknown };

/** How a generated client gets at the compiler of its queries. */
export interface CompilerLoader extends Record<string, unknown> {
  getRuntime(): Promise<unknown>;
  getQueryCompilerWasmModule(): Promise<unknown>;
}

/** A compiler loader that can be told to begin early. */
export interface SharedCompiler {
  readonly loader: CompilerLoader;
  /** Begins to load what the first query will want. */
  begin(): void;
}

/**
 * The same loader with its costly part made once per worker: compiling 3 MB takes longer than a whole test file.
 * A client that was generated as an ES module imports `.mjs` files, which Jest cannot load as CommonJS; the same code
 * lies beside them as CommonJS.
 *
 * Prisma loads it in the middle of its first query. If that query is not awaited, its test has ended by then, and Jest
 * lets nobody load a module between tests: so it is begun with the call.
 */
export function shareCompiler(
  loader: CompilerLoader,
  key: string,
  session: Session,
  requireActual: (file: string) => unknown,
): SharedCompiler {
  const compile = (): Promise<unknown> =>
    loader.getQueryCompilerWasmModule().catch((error: unknown) => {
      const { wasm } = requireActual(commonJsOf(error)) as { wasm: string };
      return new WebAssembly.Module(Buffer.from(wasm, 'base64'));
    });
  let runtime: Promise<unknown> | undefined;
  const getRuntime = (): Promise<unknown> => (runtime ??= loader.getRuntime().catch((error: unknown) => requireActual(commonJsOf(error))));
  const getQueryCompilerWasmModule = (): Promise<unknown> => session.keep(key, compile);
  return {
    loader: { ...loader, getRuntime, getQueryCompilerWasmModule },
    begin() {
      if (runtime) return;
      // Whoever waits for them is told of a failure.
      getRuntime().catch(() => {});
      getQueryCompilerWasmModule().catch(() => {});
    },
  };
}

/** The CommonJS twin of the module that Jest would not load; throws every other error on. */
function commonJsOf(error: unknown): string {
  const { code, message = '' } = error as { code?: string; message?: string };
  const file = code === 'ERR_REQUIRE_ESM' ? /ES Module: (.+)\.mjs$/m.exec(message)?.[1] : undefined;
  if (file === undefined) throw error;
  return `${file}.js`;
}
