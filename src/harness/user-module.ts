import { createJiti } from 'jiti';

/**
 * Loads a module of the user's into the worker's realm, TypeScript included. Jest's own transform ends at the test
 * file's realm; what is made here outlives files.
 */
export async function loadUserModule(file: string): Promise<Record<string, unknown>> {
  const jiti = createJiti(file, { moduleCache: false, fsCache: false });
  return jiti.import<Record<string, unknown>>(file);
}
