import type { Config } from '@jest/types';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

/** Whether Jest can load ES modules: Node was started with `--experimental-vm-modules`. */
export const canLoadEsModules: boolean = typeof (vm as { SyntheticModule?: unknown }).SyntheticModule === 'function';

/** Whether Jest loads a file as an ES module, by Jest's own rules. */
export function isEsModule(file: string, { extensionsToTreatAsEsm }: Pick<Config.ProjectConfig, 'extensionsToTreatAsEsm'>): boolean {
  if (!canLoadEsModules) return false;
  const extension = path.extname(file);
  if (extension === '.mjs') return true;
  if (extension === '.cjs') return false;
  return extension === '.js' ? packageType(path.dirname(file)) === 'module' : extensionsToTreatAsEsm.includes(extension);
}

function packageType(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { type?: unknown }).type;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const parent = path.dirname(folder);
    return parent === folder ? undefined : packageType(parent);
  }
}
