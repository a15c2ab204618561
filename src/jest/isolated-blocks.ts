import type { Circus } from '@jest/types';
import { createError } from '../errors';
import type { FileRun } from '../harness/file-run';
import type { Isolation } from '../options';

/** Which describe blocks have asked for an isolation of their own. */
export interface IsolatedBlocks {
  /** Jest's state, which tells the block that is being defined. */
  see(state: Circus.State): void;
  modeOf(block: Circus.DescribeBlock): Isolation | undefined;
}

/** Notes the calls of `prismaTest.isolate()`. */
export function createIsolatedBlocks(run: Pick<FileRun, 'onIsolate'>): IsolatedBlocks {
  const modes = new Map<Circus.DescribeBlock, Isolation>();
  let current: Circus.State | undefined;
  run.onIsolate((mode) => {
    const block = current?.hasStarted ? undefined : current?.currentDescribeBlock;
    if (!block?.parent) throw isolateOutside();
    modes.set(block, mode);
  });
  return {
    see: (state) => void (current = state),
    modeOf: (block) => modes.get(block),
  };
}

function isolateOutside(): Error {
  return createError({
    code: 'PRISMA_TEST_ISOLATE_OUTSIDE',
    message: '`prismaTest.isolate()` was called outside of a describe block, or while tests run.',
    cure: "call it in the block's body:  describe('…', () => { prismaTest.isolate('clone'); test(…); });\nfor a whole file:  /** @prisma-isolation clone */",
  });
}
