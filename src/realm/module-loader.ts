/** Loads the modules that hold clients into the test's realm. */
export interface ModuleLoader {
  /** The file that a module is in; `undefined` where it cannot be found. */
  resolve(module: string): string | undefined;
  /** The module's exports; those of an ES module only once it was imported. */
  load(module: string): Record<string, unknown>;
  /** Whether the module's own code is running now: what it exports is not there yet. */
  isLoading(module: string): boolean;
  /** Imports those of the modules that are ES modules. A failure is kept for whoever asks for the module. */
  importAll(modules: readonly string[], isEsModule: (file: string) => boolean): Promise<void>;
}

/** Loads modules with the `require` of a set-up file, which in a test file's realm is Jest's. */
export function createModuleLoader(require: NodeJS.Require): ModuleLoader {
  /** What was imported ahead of time, because `import()` takes time and a global's getter has none. */
  const imported = new Map<string, { exports: Record<string, unknown> } | { error: unknown } | 'loading'>();

  const resolve = (module: string): string | undefined => {
    try {
      return require.resolve(module);
    } catch {
      // It is not there; who loads it says so.
      return undefined;
    }
  };

  return {
    resolve,
    load(module) {
      const found = imported.get(module);
      if (found === undefined) return require(module) as Record<string, unknown>;
      if (found === 'loading') return {};
      if ('error' in found) throw found.error;
      return found.exports;
    },
    isLoading(module) {
      if (imported.has(module)) return imported.get(module) === 'loading';
      const file = resolve(module);
      const cached = file === undefined ? undefined : require.cache[file];
      return cached !== undefined && !cached.loaded;
    },
    async importAll(modules, isEsModule) {
      for (const module of modules) {
        const file = resolve(module);
        if (file === undefined || !isEsModule(file)) continue;
        imported.set(module, 'loading');
        try {
          imported.set(module, { exports: (await import(file)) as Record<string, unknown> });
        } catch (error) {
          imported.set(module, { error });
        }
      }
    },
  };
}
