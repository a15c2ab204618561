import { createError } from '../errors';
import type { AdapterPackage } from '../providers/provider';

/** None of the official adapters is there. */
export function adapterMissing(options: {
  readonly packages: readonly AdapterPackage[];
  readonly adapterProvider: string;
  readonly resolveFrom: readonly string[];
}): Error {
  return createError({
    code: 'PRISMA_TEST_ADAPTER_MISSING',
    message: `No driver adapter for ${options.adapterProvider} is installed.`,
    facts: { 'looked for': options.packages.map((each) => each.name).join(', '), 'looked in': options.resolveFrom.join('\n') },
    cure: `npm install --save-dev ${options.packages.at(-1)?.name ?? ''}`,
  });
}

/** A client, or the option `adapter`, came with an adapter that does not fit the schema's provider. */
export function adapterForAnotherProvider(name: string, provider: string, expected: string): Error {
  return createError({
    code: 'PRISMA_TEST_ADAPTER_PROVIDER',
    message: `The driver adapter ${name} is for ${provider}, but the Prisma schema's provider is ${expected}.`,
    cure: 'make the client with the adapter of the provider that the datasource block of the schema names.',
  });
}

/** Adapters are there, but their native modules were never built. */
export function adapterBroken(broken: readonly (readonly [AdapterPackage, unknown])[]): Error {
  const [[first, cause] = []] = broken;
  return createError({
    code: 'PRISMA_TEST_ADAPTER_NOT_BUILT',
    message: `The driver adapter ${first?.name ?? ''} is installed, but its native module is not built.`,
    facts: { reason: String((cause as Error | undefined)?.message).split('\n')[0] },
    cure: 'run its install script (npm rebuild --ignore-scripts=false), or use an adapter that needs none: @prisma/adapter-libsql',
    cause,
  });
}

/** Whether an error says that a native module is not there: by Node's codes, or the words of `bindings`. */
export function isNotBuilt(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND' || /Could not locate the bindings file/.test(message ?? '');
}
