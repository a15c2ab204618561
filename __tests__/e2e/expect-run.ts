import type { JestRun } from './run-jest';

/** A run in which everything passed; says what Jest said where it did not. */
export function expectPassed(run: JestRun, tests?: number): void {
  const passed = run.results?.numPassedTests ?? 0;
  const total = run.results?.numTotalTests ?? 0;
  if (run.exitCode !== 0 || total === 0 || passed !== total || (tests ?? total) !== total) {
    throw new Error(`Expected ${tests ?? 'all'} tests to pass; ${passed} of ${total} did, exit code ${run.exitCode}.\n${run.output}`);
  }
}

/** What Jest reports of a run, without what differs between two runs of the same thing. */
export function report(run: JestRun): string {
  return run.stderr
    .replaceAll(run.dir, '<project>')
    .replaceAll(/ \(\d+ ms\)/g, '')
    .replaceAll('\\', '/');
}

/** The text of the only suite that could not run, or of the only test that failed. */
export function failureOf(run: JestRun): string {
  const [suite, ...others] = run.results?.testResults.filter(({ status }) => status === 'failed') ?? [];
  if (!suite || others.length > 0) throw new Error(`Expected one failed file, got ${others.length + (suite ? 1 : 0)}.\n${run.output}`);
  return suite.message.replaceAll(run.dir, '<project>').replaceAll('\\', '/');
}
