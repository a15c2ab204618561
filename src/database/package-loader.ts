import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Loads the user's packages into the worker's realm, from wherever the project can reach them. */
export interface PackageLoader {
  /** File of a package's entry, or `undefined` if it cannot be reached. */
  resolve(name: string): string | undefined;
  /** Every distinct copy that one of the folders reaches. */
  resolveAll(name: string): readonly string[];
  load(name: string): unknown;
}

export function createPackageLoader(folders: readonly string[]): PackageLoader {
  const from = folders.map((folder) => createRequire(path.join(folder, 'noop.js')));
  const resolveAll = (name: string): string[] => {
    const files = from.map((require) => tryResolve(require, name)).filter((file) => file !== undefined);
    return [...new Set(files)];
  };
  return {
    resolveAll,
    resolve: (name) => resolveAll(name)[0],
    load(name) {
      const [first] = resolveAll(name);
      const require = from[0] ?? createRequire(process.execPath);
      return require(first ?? name);
    },
  };
}

/** Names of the packages that the manifests nearest to some folders declare. */
export function declaredPackages(folders: readonly string[]): ReadonlySet<string> {
  return new Set(folders.flatMap((folder) => namesIn(nearestManifest(folder))));
}

type Manifest = Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>;

function namesIn(manifest: Manifest | undefined): string[] {
  return Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies });
}

function nearestManifest(folder: string): Manifest | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    if (path.dirname(at) === at) return undefined;
  }
}

function tryResolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    // Not reachable from this folder; another one may reach it, and who finds none says so.
    return undefined;
  }
}
