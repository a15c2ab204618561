import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { createError } from '../errors';
import type { AdapterPackage } from '../providers/provider';
import { createPackageLoader } from './package-loader';

/** What is known of an adapter that the app made: its package, and the arguments of its factory. */
export interface AppAdapter {
  readonly packageName: string;
  readonly constructorArguments: readonly unknown[] | undefined;
}

export interface InnerAdapterOptions {
  readonly packages: readonly AdapterPackage[];
  readonly adapterProvider: string;
  /** Folders from which packages are resolved, most specific first. */
  readonly resolveFrom: readonly string[];
  /** `(url) => factory` of the option `adapter`; stands above all else. */
  readonly custom: ((url: string) => SqlDriverAdapterFactory | Promise<SqlDriverAdapterFactory>) | undefined;
}

/** Makes the adapter inside of the sandbox: of the app's kind, with the app's options, on the worker database. */
export interface InnerAdapter {
  /** Reads the app's adapter; `undefined` where the client was given none. */
  read(factory: object | undefined): AppAdapter | undefined;
  /** Remembers a factory's arguments, where its package keeps them private. */
  record(factory: object, constructorArguments: readonly unknown[]): void;
  /** Equal for adapters that read values alike. */
  keyOf(adapter: AppAdapter | undefined): string;
  connect(url: string, like: AppAdapter | undefined): Promise<SqlDriverAdapter>;
  /** Name of the official package that is used where the app shows none. */
  defaultPackage(): string;
}

export function createInnerAdapter(options: InnerAdapterOptions): InnerAdapter {
  const { packages, custom } = options;
  const loader = createPackageLoader(options.resolveFrom);
  const recorded = new WeakMap<object, readonly unknown[]>();
  const packageOf = (name: string | undefined): AdapterPackage | undefined => packages.find((each) => each.name === name);

  const installed = (): AdapterPackage => {
    const found = packages.find((each) => loader.resolve(each.name) !== undefined);
    if (found) return found;
    throw createError({
      code: 'PRISMA_TEST_ADAPTER_MISSING',
      message: `No driver adapter for ${options.adapterProvider} is installed.`,
      facts: { 'looked for': packages.map((each) => each.name).join(', '), 'looked in': options.resolveFrom.join('\n') },
      cure: `npm install --save-dev ${packages[0]?.name ?? ''}`,
    });
  };

  const make = (url: string, like: AppAdapter | undefined): SqlDriverAdapterFactory => {
    const known = packageOf(like?.packageName);
    const adapterPackage = known && loader.resolve(known.name) ? known : installed();
    const module = loader.load(adapterPackage.name) as Record<string, new (...args: readonly unknown[]) => SqlDriverAdapterFactory>;
    const Factory = module[adapterPackage.exportName];
    if (!Factory) throw new Error(`${adapterPackage.name} has no export ${adapterPackage.exportName}`);
    const given = adapterPackage === known ? like?.constructorArguments : undefined;
    return new Factory(...adapterPackage.argumentsFor(url, given));
  };

  return {
    record: (factory, constructorArguments) => recorded.set(factory, constructorArguments),
    read(factory) {
      if (!factory) return undefined;
      const packageName = String((factory as { adapterName?: unknown }).adapterName ?? '');
      const constructorArguments = recorded.get(factory) ?? packageOf(packageName)?.readArguments?.(factory);
      return { packageName, constructorArguments };
    },
    keyOf(adapter) {
      if (custom || !adapter?.constructorArguments) return '';
      const known = packageOf(adapter.packageName);
      if (!known) return '';
      // The first argument says where to connect, and what the driver does with types; the second how values are read.
      const [config, ...reading] = adapter.constructorArguments;
      return `${known.name} ${describe([(config as { types?: unknown } | undefined)?.types, ...reading])}`;
    },
    async connect(url, like) {
      const factory = custom ? await custom(url) : make(url, like);
      if (factory.provider !== options.adapterProvider) {
        throw adapterForAnotherProvider(factory.adapterName, factory.provider, options.adapterProvider);
      }
      return factory.connect();
    },
    defaultPackage: () => (custom ? 'custom' : installed().name),
  };
}

/** A client, or the option `adapter`, came with an adapter that does not fit the schema's provider. */
export function adapterForAnotherProvider(name: string, provider: string, expected: string): Error {
  return createError({
    code: 'PRISMA_TEST_ADAPTER_PROVIDER',
    message: `The driver adapter ${name} is for ${provider}, but the Prisma schema's provider is ${expected}.`,
    cure: 'make the client with the adapter of the provider that the datasource block of the schema names.',
  });
}

/** Text of constructor arguments; functions count by their source, pools and sockets not at all. */
function describe(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'function') return String(each);
    const plain = typeof each !== 'object' || each === null || Array.isArray(each) || isPlainObject(each);
    return plain ? each : undefined;
  });
}

/** By shape: the object may come from the test's realm. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
