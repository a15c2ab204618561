import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

/** Every build writes here; what is complete moves to `dist/`. */
const staging = path.join('.tmp', `build-${process.pid}`);

const shared: UserConfig = {
  outDir: staging,
  // One folder for all configs: none of them may clean away what another one wrote.
  clean: false,
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

// At the end of the process: tsdown has no hook for "all configs are done".
process.once('exit', (code) => {
  if (code === 0) publish(staging, 'dist');
  rmSync(staging, { recursive: true, force: true });
});

export default defineConfig([
  { ...shared, entry: existing(outerRealm) },
  ...Object.entries(existing(testRealm)).map(([name, file]): UserConfig => ({ ...shared, entry: { [name]: file } })),
  {
    ...shared,
    entry: { fixtures: 'src/jest/fixtures.ts' },
    // Users augment the types of `globals`: a copy of them in the types of fixtures would know nothing of that.
    banner: ({ format }) => ({ dts: `/// <reference path="./globals.d.${format === 'cjs' ? 'c' : 'm'}ts" />` }),
  },
  // It waits for imports at its top level, which only an ES module can.
  { ...shared, format: ['esm'], dts: false, entry: { 'setup-after-env-esm': 'src/jest/setup-after-env-esm.ts' } },
]);

function existing(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
}

/** Renames file by file, what is imported before what imports it: a Jest that runs meanwhile never finds one missing. */
function publish(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const files = readdirSync(from);
  const isChunk = (file: string): boolean => /-[\w-]{8}\.(?:d\.)?[cm][jt]s$/.test(file);
  for (const file of files.toSorted((a, b) => Number(isChunk(b)) - Number(isChunk(a)))) {
    const [source, target] = [path.join(from, file), path.join(to, file)];
    if (!existsSync(target) || !readFileSync(source).equals(readFileSync(target))) renameSync(source, target);
  }
  for (const file of readdirSync(to)) if (!files.includes(file)) rmSync(path.join(to, file), { recursive: true, force: true });
}
