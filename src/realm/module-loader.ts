/** Loads the modules that hold clients into the test's realm. */
export interface ModuleLoader {
  /** The module's exports; those of an ES module only after {@link importModules}. */
  load(module: string): Record<string, unknown>;
  /** Whether the module's own code is running now: what it exports is not there yet. */
  isLoading(module: string): boolean;
}

/** What was imported ahead of time, because `import()` takes time and a global's getter has none. */
const imported = new Map<string, { exports?: Record<string, unknown>; error?: unknown }>();

/** Modules by `require`, which in a test file's realm is Jest's. */
export const moduleLoader: ModuleLoader = {
  load(module) {
    const esModule = imported.get(module);
    if (!esModule) return require(module) as Record<string, unknown>;
    if (esModule.exports) return esModule.exports;
    throw esModule.error;
  },
  isLoading(module) {
    const esModule = imported.get(module);
    if (esModule) return !esModule.exports && !('error' in esModule);
    const file = resolve(module);
    const cached = file === undefined ? undefined : require.cache[file];
    return cached !== undefined && !cached.loaded;
  },
};

/** Imports those of the modules that are ES modules. A failure is kept for whoever asks for the module. */
export async function importModules(modules: readonly string[], isEsModule: (file: string) => boolean): Promise<void> {
  for (const module of modules) {
    const file = resolve(module);
    if (file === undefined || !isEsModule(file)) continue;
    imported.set(module, {});
    try {
      imported.set(module, { exports: (await import(file)) as Record<string, unknown> });
    } catch (error) {
      imported.set(module, { error });
    }
  }
}

function resolve(module: string): string | undefined {
  try {
    return require.resolve(module);
  } catch {
    // It is not there; who loads it says so.
    return undefined;
  }
}
