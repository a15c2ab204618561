// What a fresh clone needs before anything runs. Every step looks whether it is needed, so re-runs cost nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Runs a program with this Node and shows what it says; throws when it fails. */
export function runNode(args, options = {}) {
  const { status, error, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(args[0])} ${args.slice(1).join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** Installs the dependencies of the lock file, without anybody's install script. */
export function install() {
  if (isInstalled()) return;
  say('installing dependencies');
  // `npm ci` begins with nothing: where packages are there already, that would throw away better-sqlite3's build.
  const command = existsSync(path.join(root, 'node_modules')) ? ['install', '--no-save'] : ['ci'];
  runNpm([...command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error']);
}

/** Bundles src/ into dist/. */
export function build() {
  once('build', ['src', 'tsdown.config.ts', 'package.json', 'tsconfig.json'], ['dist/index.cjs'], () => {
    say('building the package');
    runNode([require.resolve('tsdown/run'), '--log-level', 'warn']);
  });
}

/** Generates the client of the Prisma project in a folder; `output` is what comes out. Needs no engine binary. */
export function generate(folder, output) {
  once(`generate-${folder}`, [folder, 'node_modules/prisma/package.json'], [output], () => {
    say(`generating the client of ${folder}`);
    // Prisma wants its native schema engine to be there, but `generate` never runs it: any executable will do.
    const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [require.resolve('prisma/build/index.js'), 'generate'], {
      cwd: path.join(root, folder),
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`prisma generate failed in ${folder}\n${stdout}${stderr}`);
  });
}

/** The small apps in examples/: each folder with its Prisma projects, and where their clients come out. */
export const examples = [
  { folder: 'examples/blog', clients: { '.': 'src/generated' } },
  { folder: 'examples/admin-service', clients: { '.': 'src/generated/admin', service: 'src/generated/service' } },
];

/** Generates the clients of all examples. */
export function generateExamples() {
  for (const { folder, clients } of examples) {
    for (const [project, output] of Object.entries(clients)) generate(path.posix.join(folder, project), path.posix.join(folder, output));
  }
}

/** Makes better-sqlite3 loadable: where no prebuilt binary can be downloaded it is compiled, once (~95 s). */
export function ensureBetterSqlite3() {
  if (isLoadable()) return true;
  say('building better-sqlite3 (a minute or two where it has to be compiled; once)');
  runNpm(['rebuild', 'better-sqlite3', '--ignore-scripts=false']);
  return isLoadable();
}

function isLoadable() {
  const code = `new (require('better-sqlite3'))(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', code], { cwd: root, stdio: 'ignore' }).status === 0;
}

/** Says on a line of its own what is being done. */
export function say(line) {
  console.log(`\n▸ ${line}`);
}

function isInstalled() {
  const hidden = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const present = readJson(hidden).packages;
  return Object.entries(readJson(path.join(root, 'package-lock.json')).packages).every(
    ([name, wanted]) => !name.startsWith('node_modules/') || wanted.optional || wanted.link || present[name]?.version === wanted.version,
  );
}

function runNpm(args) {
  // Set by `npm run`; it spares us the question of what npm is called on Windows.
  const npm = process.env['npm_execpath'];
  if (npm) return runNode([npm, ...args]);
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with exit code ${status}`);
}

/** Does `work` unless its outputs are there and its inputs are what they were when it was last done. */
function once(name, inputs, outputs, work) {
  const stamp = path.join(root, '.tmp', 'stamps', name.replaceAll(/[^\w-]/g, '_'));
  const hash = hashOf(inputs);
  const isDone =
    outputs.every((output) => existsSync(path.join(root, output))) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isDone) return;
  work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesIn(path.join(root, input))).toSorted()) {
    hash.update(`${path.relative(root, file)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesIn(entry) {
  if (!existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [entry];
  const skipped = new Set(['node_modules', 'generated']);
  return readdirSync(entry).flatMap((name) => (skipped.has(name) ? [] : filesIn(path.join(entry, name))));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
