/** What Prisma's client needs of Node, and an environment for browsers does not have. */
const needed = ['TextDecoder', 'TextEncoder'] as const;

/** Gives the client what it needs where the base environment is not Node's; what is there stays. */
export function addNodeGlobals(global: object): void {
  for (const name of needed) {
    if (name in global) continue;
    Object.defineProperty(global, name, { value: globalThis[name], configurable: true, writable: true });
  }
}
