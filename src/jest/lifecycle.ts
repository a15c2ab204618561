import type { Circus } from '@jest/types';
import type { FileRun } from '../harness/file-run';
import type { ResolvedOptions } from '../options';
import type { Scope } from '../sandbox/call-context';
import { createFixtureHooks } from './fixtures-hooks';
import { createIsolatedBlocks } from './isolated-blocks';
import { attachStatements } from './statement-report';

type EventOf<N extends Circus.Event['name']> = Extract<Circus.Event, { name: N }>;
type Handlers = { readonly [N in Circus.Event['name']]?: (event: EventOf<N>, state: Circus.State) => Promise<void> | void };

/** Jest's events of one file, told to the harness. */
export interface Lifecycle {
  handle(event: Circus.Event, state: Circus.State): Promise<void>;
  /** The file has ended; rejects with what it left undone and no test could be told of. */
  finish(): Promise<void>;
}

/** Circus event → harness call. */
export function createLifecycle(run: FileRun, options: ResolvedOptions): Lifecycle {
  const open: Scope[] = [run.root];
  const blocks = new Map<Circus.DescribeBlock, Scope>();
  const fixtures = createFixtureHooks();
  const tests = new Map<Circus.TestEntry, Scope>();
  /** Hooks and tests as the user wrote them: each attempt wraps them anew, for the scope of its own. */
  const originals = new WeakMap<object, (...args: never[]) => unknown>();

  const leaveTest = async (test: Circus.TestEntry): Promise<void> => {
    const scope = tests.get(test);
    if (!scope) return;
    run.setBusy(false);
    tests.delete(test);
    open.splice(open.indexOf(scope), 1);
    const errors = await run.leave(scope);
    for (const error of errors) if (!test.errors.some((known) => isToldBy(known, error))) test.errors.push(placed(error, test));
    attachStatements(test, run, options);
  };

  /** Runs a hook's or a test's function as its scope's, so that its queries are known to be its own. */
  const wrap = (holder: { fn?: unknown }, scope: Scope | undefined): void => {
    const original = originals.get(holder) ?? (holder.fn as ((...args: never[]) => unknown) | undefined);
    if (typeof original !== 'function' || !scope) return;
    originals.set(holder, original);
    const wrapped = function (this: unknown, ...args: never[]): unknown {
      return run.runIn(scope, () => original.apply(this, args));
    };
    // Jest tells by the number of parameters whether a function wants a `done` callback.
    holder.fn = Object.defineProperty(wrapped, 'length', { value: original.length });
  };

  /** A hook of a test is a part of it. */
  const endHook = (): void => {
    if (tests.size === 0) run.setBusy(false);
  };

  const isolated = createIsolatedBlocks(run);

  const handlers: Handlers = {
    async run_describe_start({ describeBlock }, state) {
      if (!describeBlock.parent) fixtures.begin(describeBlock, state);
      fixtures.enter(describeBlock);
      if (!describeBlock.parent && makeSequential(describeBlock)) sayOnce(run.root.name);
      if (!describeBlock.parent) return;
      const scope = run.enter('describe', titleOf(describeBlock), isolated.modeOf(describeBlock));
      blocks.set(describeBlock, scope);
      open.push(scope);
    },
    async run_describe_finish({ describeBlock }, state) {
      fixtures.leave(describeBlock);
      const scope = blocks.get(describeBlock);
      if (!scope) return;
      blocks.delete(describeBlock);
      open.splice(open.indexOf(scope), 1);
      state.unhandledErrors.push(...(await run.leave(scope)));
    },
    async test_start({ test }) {
      // What hooks of wider scopes have sent belongs to no test.
      for (const { name } of options.databases) run.takeStatements(name);
      run.setBusy(true);
      const scope = run.enter('test', titleOf(test));
      fixtures.startTest(scope.name);
      tests.set(test, scope);
      open.push(scope);
      if (test.mode !== 'skip' && test.mode !== 'todo') await run.ready(scope);
    },
    async hook_start({ hook }) {
      const scope = open.at(-1);
      wrap(hook, scope);
      run.setBusy(true);
      if (scope) await run.ready(scope);
    },
    hook_success: () => endHook(),
    hook_failure: () => endHook(),
    test_fn_start: ({ test }) => wrap(test, tests.get(test)),
    test_skip: ({ test }) => leaveTest(test),
    test_todo: ({ test }) => leaveTest(test),
    test_done: ({ test }) => leaveTest(test),
  };

  return {
    async handle(event, state) {
      isolated.see(state);
      await (handlers[event.name] as ((event: Circus.Event, state: Circus.State) => Promise<void> | void) | undefined)?.(event, state);
    },
    async finish() {
      const [first] = await run.close();
      if (first) throw first;
    },
  };
}

function titleOf(entry: Circus.DescribeBlock | Circus.TestEntry): string {
  const names: string[] = [];
  for (let at: Circus.DescribeBlock | Circus.TestEntry | undefined = entry; at?.parent; at = at.parent) names.unshift(at.name);
  return names.join(' > ');
}

/**
 * Concurrent tests would share one transaction, and Jest runs no hooks around them: they run one after another.
 * Returns whether there are any.
 */
function makeSequential(block: Circus.DescribeBlock): boolean {
  const found = block.children.map((child) => {
    if (child.type === 'describeBlock') return makeSequential(child);
    const { concurrent } = child;
    child.concurrent = false;
    return concurrent;
  });
  return found.includes(true);
}

let said = false;
function sayOnce(file: string): void {
  if (said) return;
  said = true;
  process.stderr.write(`jest-environment-prisma: test.concurrent runs one test after another where tests share a sandbox (${file})\n`);
}

/** Whether a failure of the test already says what an error of ours says. */
function isToldBy(known: unknown, error: Error): boolean {
  const shown = (Array.isArray(known) ? known[0] : known) as { message?: unknown } | undefined;
  return typeof shown?.message === 'string' && shown.message.includes(error.message);
}

/** Jest takes the message of an error without frames apart: one that has no place of its own is the test's. */
function placed(error: Error, test: Circus.TestEntry): Error {
  if (/\n\s+at /.test(error.stack ?? '')) return error;
  const frames = ((test.asyncError as Error | undefined)?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [error.stack, ...frames].join('\n');
  return error;
}
