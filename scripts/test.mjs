// `npm test`: from a fresh clone to everything tested. `npm test -- unit lint` runs those sections only.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { watchLeftovers } from './leftovers.mjs';
import { build, ensureBetterSqlite3, generate, generateExamples, install, root, runNode, say } from './steps.mjs';

const bin = (...parts) => path.join(root, 'node_modules', ...parts);

/** Every section, in the order they run; the cheap ones first. A check counts as one test, Jest counts its own. */
const sections = {
  build: check([bin('tsdown/dist/run.mjs'), '--log-level', 'warn']),
  types: check(
    [bin('typescript/bin/tsc'), '-p', '.'],
    [bin('typescript/bin/tsc'), '-p', '__tests__'],
    [bin('typescript/bin/tsc'), '-p', 'examples/blog'],
    [bin('typescript/bin/tsc'), '-p', 'examples/admin-service'],
  ),
  lint: check([bin('oxlint/bin/oxlint'), '--type-aware'], [bin('oxfmt/bin/oxfmt'), '--check']),
  knip: check([bin('knip/bin/knip.js')]),
  publint: check([bin('publint/src/cli.js'), '--strict']),
  attw: check([
    bin('@arethetypeswrong/cli/dist/index.js'),
    '--pack',
    '.',
    '--profile',
    'node16',
    '--format',
    'ascii',
    '--exclude-entrypoints',
    './jest-preset',
  ]),
  house: jest('house'),
  unit: jest('unit'),
  differential: jest('differential'),
  providers: jest('providers'),
  self: jest('self'),
  e2e: jest('e2e'),
  example: jest(undefined, 'examples/blog'),
  'admin-example': jest(undefined, 'examples/admin-service'),
};

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
try {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(sections, name));
  if (unknown) throw new Error(`no section is called ${unknown}; there are ${Object.keys(sections).join(', ')}`);
  setUp();
  const leftovers = await watchLeftovers();
  for (const [name, run] of Object.entries(sections)) if (asked.length === 0 || asked.includes(name)) await section(name, run);
  await section('leftovers', async () => {
    const found = await leftovers.find();
    for (const item of found) console.log(`left behind: ${item}`);
    return { passed: found.length === 0 ? 1 : 0, failed: found.length === 0 ? 0 : 1, skipped: 0 };
  });
  leftovers.end();
} catch (error) {
  failures.push('set-up');
  total.failed += 1;
  console.error(`\n${error.message}`);
}
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function setUp() {
  install();
  if (!ensureBetterSqlite3()) {
    if (process.env['CI']) throw new Error('better-sqlite3 cannot be loaded');
    console.log('better-sqlite3 cannot be loaded: its tests will say that they are skipped');
  }
  generate('prisma', 'generated/sqlite');
  generate('prisma/postgresql', 'generated/postgresql');
  generate('prisma/audit', 'generated/audit');
  generateExamples();
  build();
}

async function section(name, run) {
  say(name);
  const started = performance.now();
  const { passed, failed, skipped } = await run(name);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (failed > 0) failures.push(name);
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** A section of commands that pass or fail as a whole. */
function check(...commands) {
  return () => {
    try {
      for (const command of commands) runNode(command);
      return { passed: 1, failed: 0, skipped: 0 };
    } catch (error) {
      console.error(error.message);
      return { passed: 0, failed: 1, skipped: 0 };
    }
  };
}

/** A section that is a Jest run; what it says of itself is counted, a file that could not be loaded as a failed test. */
function jest(project, folder = '.') {
  return (name) => {
    const outputFile = path.join(root, '.tmp', 'results', `${name}.json`);
    mkdirSync(path.dirname(outputFile), { recursive: true });
    rmSync(outputFile, { force: true });
    // Much of the time is waiting for other processes: two workers also where Jest would take one.
    const workers = String(Math.max(2, availableParallelism() - 1));
    const args = [
      bin('jest/bin/jest.js'),
      '--maxWorkers',
      workers,
      '--json',
      '--outputFile',
      outputFile,
      ...(project ? ['--selectProjects', project] : []),
    ];
    // Jest's report goes to stderr, the JSON also to stdout, where nobody wants to read it.
    const { status } = spawnSync(process.execPath, args, { cwd: path.join(root, folder), stdio: ['inherit', 'ignore', 'inherit'] });
    if (!existsSync(outputFile)) return { passed: 0, failed: 1, skipped: 0 };
    const result = JSON.parse(readFileSync(outputFile, 'utf8'));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    // Jest also fails for what is not a test: a leak, a teardown, nothing found.
    return {
      passed: result.numPassedTests,
      failed: status === 0 ? failed : Math.max(1, failed),
      skipped: result.numPendingTests + result.numTodoTests,
    };
  };
}
