import type { Circus } from '@jest/types';
import path from 'node:path';
import type { FileRun } from '../harness/file-run';
import type { ResolvedOptions } from '../options';
import { renderStatements } from '../sandbox/render-statements';

/** Shows the SQL of a test with its failure (`log: 'failed'`), or prints it for every test (`log: 'all'`). */
export function attachStatements(test: Circus.TestEntry, run: FileRun, options: ResolvedOptions): void {
  for (const { name, log } of options.databases) {
    const taken = run.takeStatements(name);
    const [failure] = test.errors;
    // Places are found through source maps, which costs more than the queries: only where somebody will read them.
    if (taken.records.length === 0 || log === 'none' || (log === 'failed' && failure === undefined)) continue;
    const text = renderStatements(name, taken).replaceAll(`${options.rootDir}${path.sep}`, '');
    if (log === 'all') process.stdout.write(`${test.name}\n${text}\n`);
    else append(failure, text);
  }
}

/** Jest prints an error's stack: the text goes between its message and the frames. */
function append(entry: unknown, text: string): void {
  const error = (Array.isArray(entry) ? (entry[0] ?? entry[1]) : entry) as { stack?: unknown } | undefined;
  if (typeof error?.stack !== 'string') return;
  const frames = error.stack.search(/\n\s+at\s/);
  const at = frames < 0 ? error.stack.length : frames;
  error.stack = `${error.stack.slice(0, at)}\n\n${text}\n${error.stack.slice(at)}`;
}
