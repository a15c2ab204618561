/** One phase of set-up or tear-down, and what it cost. */
export interface TimingEntry {
  readonly phase: string;
  /** Milliseconds of wall clock. */
  readonly ms: number;
  /** What came of it, in a word: `hit`, `built`, … */
  readonly note?: string | undefined;
}

/** Measures the phases of one worker. Long work says what it is doing while it does it. */
export interface Timing {
  readonly entries: readonly TimingEntry[];
  /** Runs `work`, records how long it took; after a second it tells the user that it is still at it. */
  measure<T>(phase: string, work: () => Promise<T> | T, note?: (result: T) => string | undefined): Promise<T>;
  /** Adds to a phase that consists of many short pieces (the rollbacks of a worker). */
  add(phase: string, ms: number): void;
}
