import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openProject, type Project, type ProjectChanges } from './project';

export interface RunOptions extends ProjectChanges {
  /** Environment variables of the child; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Node's own arguments: `--experimental-vm-modules`. */
  readonly nodeArguments?: readonly string[];
  /** After so many milliseconds (default 90 s) the run is killed, with all its workers, and that is an error. */
  readonly timeout?: number;
  /** Jest's bin, if not the installed one. */
  readonly jest?: string;
}

/** One test as Jest's JSON tells it. */
export interface TestOutcome {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'todo' | 'skipped';
  readonly failureMessages: readonly string[];
}

/** The part of Jest's `--json` that tests look at. */
export interface JestResults {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numTotalTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly TestOutcome[];
  }[];
}

export interface JestRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Jest's report. */
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
  /** `undefined` when Jest did not get as far as writing them. */
  readonly results: JestResults | undefined;
  /** `passed`/`failed` by full test name. */
  readonly outcomes: Readonly<Record<string, string>>;
  readonly dir: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** A Jest that is running. */
export interface RunningJest {
  readonly child: ChildProcess;
  readonly pid: number;
  output(): string;
  /** Resolves when the output so far matches. */
  waitFor(pattern: RegExp | string): Promise<string>;
  /** Whether any process of the run is there still: Jest or a worker (always `false` on Windows once Jest has ended). */
  isAlive(): boolean;
  /** Kills Jest and all its workers at once, with no chance to clean up. */
  killAll(): void;
  /** The end of it. */
  readonly done: Promise<JestRun>;
}

/** Options without a value, as far as they are used: what follows them is a pattern. */
const flags = new Set(['-i', '--runInBand', '--bail', '--logHeapUsage', '--randomize']);

/** A bare word is looked for among the project's tests, and not in the path of whoever has checked this out. */
function inTests(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const before = args[index - 1];
    const isPattern = /^[a-z][\w.]*$/.test(arg) && (before === undefined || flags.has(before) || !before.startsWith('-'));
    return isPattern ? `__tests__.*${arg}` : arg;
  });
}

/** Runs Jest in a fresh copy of `projects/<name>` and takes the copy away again. */
export async function runJest(name: string, args: readonly string[] = [], options: RunOptions = {}): Promise<JestRun> {
  const project = openProject(name, options);
  try {
    return await runIn(project, args, options);
  } finally {
    project.remove();
  }
}

/** Runs Jest in a project that stays: for second runs, and for looking at what is left. */
export function runIn(project: Project, args: readonly string[] = [], options: RunOptions = {}): Promise<JestRun> {
  return startJest(project, args, options).done;
}

let runs = 0;

/** Starts Jest as a child process, in a process group of its own. */
export function startJest(project: Project, args: readonly string[] = [], options: RunOptions = {}): RunningJest {
  runs += 1;
  const outputFile = path.join(project.scratch, `results-${runs}.json`);
  const isWatching = args.some((arg) => arg.startsWith('--watch'));
  const json = isWatching ? [] : ['--json', `--outputFile=${outputFile}`];
  const jest = options.jest ?? require.resolve('jest/bin/jest');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), jest, `--cacheDirectory=${path.join(project.scratch, 'jest')}`, ...json, ...inTests(args)],
    { cwd: project.dir, env: childEnvironment(options.env), detached: process.platform !== 'win32', stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const texts = { stdout: '', stderr: '', output: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      texts[stream] += chunk;
      texts.output += chunk;
    });
  }
  const pid = child.pid ?? 0;
  const done = finish();
  return { child, pid, output: () => texts.output, waitFor, isAlive: () => isGroupAlive(pid), killAll: () => killGroup(child), done };

  async function finish(): Promise<JestRun> {
    const timeout = options.timeout ?? 90_000;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child);
    }, timeout);
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    clearTimeout(timer);
    if (isLate) throw new Error(`Jest did not end within ${timeout} ms in ${project.dir}\n${texts.output}`);
    const results = existsSync(outputFile) ? (JSON.parse(readFileSync(outputFile, 'utf8')) as JestResults) : undefined;
    const tests = results?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
    const outcomes = Object.fromEntries(tests.map(({ fullName, status }) => [fullName, status]));
    return { exitCode, signal, ...texts, results, outcomes, dir: project.dir, duration: performance.now() - started };
  }

  async function waitFor(pattern: RegExp | string): Promise<string> {
    const isThere = (): boolean => (typeof pattern === 'string' ? texts.output.includes(pattern) : pattern.test(texts.output));
    while (!isThere()) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Jest ended before it said ${pattern}\n${texts.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return texts.output;
  }
}

/** The environment of a user's shell: nothing of the Jest that we run in ourselves. */
function childEnvironment(changes: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(JEST_|PRISMA_|NODE_OPTIONS$|NODE_ENV$|CI$|FORCE_COLOR$|DATABASE_URL$|npm_)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', ...changes };
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(child.pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function isGroupAlive(pid: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 0);
    return true;
  } catch {
    return false;
  }
}
