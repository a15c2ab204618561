import type { Timing, TimingEntry } from './timing';

/** Work that takes longer than this tells what it is. Milliseconds. */
const silence = 1000;
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;

/** Records phases; `report` is told of a phase that takes long while it goes on. */
export function createTiming(report: (line: string) => void): Timing {
  const entries: TimingEntry[] = [];
  return {
    entries,
    async measure(phase, work, note) {
      const started = performance.now();
      const timer = realSetTimeout(() => report(`${phase} …`), silence);
      timer.unref();
      try {
        const result = await work();
        entries.push({ phase, ms: performance.now() - started, note: note?.(result) });
        return result;
      } finally {
        realClearTimeout(timer);
      }
    },
    add(phase, ms) {
      const index = entries.findIndex((entry) => entry.phase === phase);
      const before = entries[index];
      if (before) entries[index] = { ...before, ms: before.ms + ms };
      else entries.push({ phase, ms });
    },
  };
}

/** The table that the option `timing` prints. */
export function renderTiming(title: string, entries: readonly TimingEntry[]): string {
  const width = Math.max(...entries.map(({ phase }) => phase.length), 0) + 2;
  const lines = entries.map(({ phase, ms, note }) => `  ${phase.padEnd(width)}${ms.toFixed(1).padStart(8)} ms${note ? `  ${note}` : ''}`);
  const total = entries.reduce((sum, { ms }) => sum + ms, 0);
  return [title, ...lines, `  ${'total'.padEnd(width)}${total.toFixed(1).padStart(8)} ms`].join('\n');
}
