import type { Circus } from '@jest/types';
import { hookKey, type BlockDescription, type FixtureRun, type HookMark } from '../fixtures/fixture-host';

/** Jest's events, told to the fixtures of a file. A file without any costs one look at its hooks. */
export interface FixtureHooks {
  /** The file's tests begin. */
  begin(root: Circus.DescribeBlock, state: Circus.State): void;
  enter(block: Circus.DescribeBlock): void;
  leave(block: Circus.DescribeBlock): void;
  startTest(title: string): void;
}

/**
 * `given()` puts hooks of its own on a block, at the place where it stands. What has to come before or after the hooks
 * of everybody else is added here, to Jest's own lists.
 */
export function createFixtureHooks(): FixtureHooks {
  let run: FixtureRun | undefined;
  return {
    begin(root, state) {
      const marks: HookMark[] = [];
      const description = describeBlock(root, state, marks);
      run = marks[0]?.run;
      if (!run) return;
      const { prepareFile, endTest, endBlock } = run;
      root.hooks.unshift(hookOf(root, 'beforeAll', prepareFile));
      root.hooks.push(hookOf(root, 'afterEach', endTest));
      addToBlocks(root, description, (block) => block.hooks.push(hookOf(block, 'afterAll', endBlock)));
      run.begin(description);
    },
    enter: (block) => run?.enterBlock(block),
    leave: (block) => run?.leaveBlock(block),
    startTest: (title) => run?.startTest(title),
  };
}

function describeBlock(block: Circus.DescribeBlock, state: Circus.State, all: HookMark[]): BlockDescription {
  const marks = block.hooks.flatMap(({ fn }) => (fn as { [hookKey]?: HookMark })[hookKey] ?? []);
  all.push(...marks);
  return {
    key: block,
    title: titleOf(block),
    enabled: isEnabled(block, state),
    entries: marks.map(({ entry }) => entry),
    blocks: block.children
      .filter((child): child is Circus.DescribeBlock => child.type === 'describeBlock')
      .map((child) => describeBlock(child, state, all)),
  };
}

/** The file's own block, and every block that has fixtures of its own. */
function addToBlocks(block: Circus.DescribeBlock, { entries, blocks }: BlockDescription, add: (block: Circus.DescribeBlock) => void): void {
  if (entries.length > 0 || !block.parent) add(block);
  for (const inner of blocks) addToBlocks(inner.key as Circus.DescribeBlock, inner, add);
}

function hookOf(block: Circus.DescribeBlock, type: Circus.HookType, fn: () => Promise<void>): Circus.Hook {
  return { type, fn, parent: block, asyncError: new Error(), seenDone: false, timeout: undefined };
}

/** Whether Jest will run any test of a block: by the same rules as Jest's own. */
function isEnabled(block: Circus.DescribeBlock, { hasFocusedTests, testNamePattern }: Circus.State): boolean {
  return block.children.some((child) => {
    if (child.type === 'describeBlock') return isEnabled(child, { hasFocusedTests, testNamePattern } as Circus.State);
    if (child.mode === 'skip' || (hasFocusedTests && child.mode !== 'only')) return false;
    return !testNamePattern || testNamePattern.test(titleOf(child));
  });
}

/** The titles from the outermost block inwards, as Jest joins them. */
function titleOf(entry: Circus.DescribeBlock | Circus.TestEntry): string {
  const names: string[] = [];
  for (let at: Circus.DescribeBlock | Circus.TestEntry | undefined = entry; at?.parent; at = at.parent) names.unshift(at.name);
  return names.join(' ');
}
