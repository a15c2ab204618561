import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { AdapterPackage } from '../providers/provider';
import { adapterBroken, adapterForAnotherProvider, adapterMissing, isNotBuilt } from './adapter-errors';
import { createPackageLoader, declaredPackages } from './package-loader';

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
}

export function createInnerAdapter(options: InnerAdapterOptions): InnerAdapter {
  const { packages, custom } = options;
  const loader = createPackageLoader(options.resolveFrom);
  const recorded = new WeakMap<object, readonly unknown[]>();
  const packageOf = (name: string | undefined): AdapterPackage | undefined => packages.find((each) => each.name === name);

  /** Official packages that the project can reach, those that its own manifest names first. */
  const installed = (): readonly AdapterPackage[] => {
    const declared = declaredPackages(options.resolveFrom);
    const found = packages.filter((each) => loader.resolve(each.name) !== undefined);
    if (found.length === 0) throw adapterMissing(options);
    return found.toSorted((one, other) => Number(declared.has(other.name)) - Number(declared.has(one.name)));
  };

  const make = (adapterPackage: AdapterPackage, url: string, given: readonly unknown[] | undefined): SqlDriverAdapterFactory => {
    const module = loader.load(adapterPackage.name) as Record<string, new (...args: readonly unknown[]) => SqlDriverAdapterFactory>;
    const Factory = module[adapterPackage.exportName];
    if (!Factory) throw new Error(`${adapterPackage.name} has no export ${adapterPackage.exportName}`);
    return new Factory(...adapterPackage.argumentsFor(url, given));
  };

  const connectFactory = async (factory: SqlDriverAdapterFactory): Promise<SqlDriverAdapter> => {
    if (factory.provider === options.adapterProvider) return factory.connect();
    throw adapterForAnotherProvider(factory.adapterName, factory.provider, options.adapterProvider);
  };

  /** The app's own kind; where it shows none, the first that works: a native module may be installed and not built. */
  const connectOfficial = async (url: string, like: AppAdapter | undefined): Promise<SqlDriverAdapter> => {
    const known = packageOf(like?.packageName);
    const isApps = known !== undefined && loader.resolve(known.name) !== undefined;
    const candidates = isApps ? [known] : installed();
    const broken: [AdapterPackage, unknown][] = [];
    for (const candidate of candidates) {
      try {
        return await connectFactory(make(candidate, url, isApps ? like?.constructorArguments : undefined));
      } catch (error) {
        if (!isNotBuilt(error)) throw error;
        broken.push([candidate, error]);
      }
    }
    throw adapterBroken(broken);
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
      if (!custom) return connectOfficial(url, like);
      const adapter = await connectFactory(await custom(url));
      packageOf(adapter.adapterName)?.adopt?.(adapter);
      return adapter;
    },
  };
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
