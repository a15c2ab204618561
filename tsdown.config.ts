import { existsSync } from 'node:fs';
import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = {
  format: ['cjs', 'esm'],
  platform: 'node',
  target: 'node20.19',
  dts: true,
  fixedExtension: true,
  // `__dirname` in the ES module build.
  shims: true,
  // CommonJS is what Jest itself loads environments and set-up files as.
  checks: { legacyCjs: false },
  report: false,
  // Given by Jest and by the user's Prisma: never copies of ours.
  deps: { neverBundle: [/^@jest\//, /^@prisma\//] },
  outputOptions: { exports: 'named' },
};

/** Loaded by Node in the worker process: the environment's module state survives from file to file, so chunks are shared. */
const outerRealm: Record<string, string> = {
  index: 'src/index.ts',
  'global-setup': 'src/jest/global-setup.ts',
  'global-teardown': 'src/jest/global-teardown.ts',
  cli: 'src/cli/main.ts',
  'schema-engine': 'src/cli/schema-engine-main.ts',
};

/** Loaded by Jest anew for every test file: each stands alone and is small. */
const testRealm: Record<string, string> = {
  'setup-after-env': 'src/jest/setup-after-env.ts',
  globals: 'src/jest/globals.ts',
};

export default defineConfig([
  { ...shared, entry: existing(outerRealm) },
  ...Object.entries(existing(testRealm)).map(([name, file]): UserConfig => ({ ...shared, entry: { [name]: file } })),
  // It waits for imports at its top level, which only an ES module can.
  { ...shared, format: ['esm'], dts: false, entry: existing({ 'setup-after-env-esm': 'src/jest/setup-after-env-esm.ts' }) },
]);

function existing(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
}
