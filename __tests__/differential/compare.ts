import fc from 'fast-check';
import { programs, sizeOf, type Abilities, type Program } from './program';
import { runProgram, type Outcomes, type TestClient } from './run-program';
import type { SandboxLab } from './lab';

/** Both sides of the comparison. */
export interface Sides {
  readonly abilities: Abilities;
  readonly plain: readonly [TestClient, TestClient];
  readonly sandboxed: readonly [TestClient, TestClient];
  readonly lab: SandboxLab;
  /** Empties the plain database, its counters too. */
  reset(): Promise<void>;
  /** Rows that are really in the worker database, seen from outside of the sandbox. */
  rowsOutside(): Promise<number>;
}

/** `PRISMA_TEST_PROGRAMS` is the number in all; these are each provider's own. */
export function numberOfPrograms(share: number): number {
  return Math.ceil(Number(process.env['PRISMA_TEST_PROGRAMS'] ?? 1000) * share);
}

/** Runs random programs here and there. What they answer, how they fail and what they leave behind must be the same. */
export async function compare(sides: Sides, runs: number): Promise<{ programs: number; calls: number; failures: number }> {
  const done = { programs: 0, calls: 0, failures: 0 };
  const seed = Number(process.env['PRISMA_TEST_SEED'] ?? 4);
  await fc.assert(
    fc.asyncProperty(programs(sides.abilities), async (program) => {
      await sides.reset();
      const expected = await observe(program, sides.plain);
      const actual = await sides.lab.inTest('program', () => observe(program, sides.sandboxed));
      done.programs += 1;
      done.calls += sizeOf(program.steps);
      done.failures += Object.values(expected).filter((each) => 'error' in (each as object)).length;
      expect(actual).toEqual(expected);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  expect(await sides.rowsOutside()).toBe(0);
  // Programs whose every call failed, or none, would compare little.
  expect(done.failures).toBeGreaterThan(done.calls * 0.1);
  expect(done.failures).toBeLessThan(done.calls * 0.8);
  return done;
}

async function observe(program: Program, clients: readonly [TestClient, TestClient]): Promise<Outcomes> {
  const outcomes = await runProgram(program, clients);
  const [client] = clients;
  const order = { orderBy: { id: 'asc' } };
  return {
    ...outcomes,
    owners: await client.owner['findMany']!(order),
    items: await client.item['findMany']!(order),
    links: await client.link['findMany']!(order),
  };
}
