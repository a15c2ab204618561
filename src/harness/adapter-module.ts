import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { createError } from '../errors';
import { loadUserModule } from './user-module';

/** Makes an adapter with the module of the option `adapter`: its default export is `(url) => factory`. */
export async function loadAdapterModule(file: string, url: string): Promise<SqlDriverAdapterFactory> {
  const make = (await loadUserModule(file))['default'];
  const factory: unknown = typeof make === 'function' ? await (make as (url: string) => unknown)(url) : undefined;
  if (typeof (factory as SqlDriverAdapterFactory | undefined)?.connect === 'function') return factory as SqlDriverAdapterFactory;
  throw createError({
    code: 'PRISMA_TEST_ADAPTER_MODULE',
    message: `The module of the option 'adapter' does not make an adapter: its default export must be a function that returns one.`,
    facts: { file },
    cure: 'export default (url: string) => new PrismaPg({ connectionString: url })',
  });
}
