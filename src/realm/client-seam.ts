import type { CallSite } from '../sandbox/call-context';
import type { ClientCall, ClientFacts, JoinedClient, Session } from '../session';
import { adoptResults } from './adopt-results';
import { callSiteOf, captureCallSite } from './call-site';
import { shareCompiler, type CompilerLoader } from './query-compiler';
import { rawCallSite, rawMethods, withCallSite } from './raw-calls';
import { keepRequestContexts } from './request-context';
import { toRealmError } from './realm-error';
import type { RowOrigins } from './row-origins';

/** What of Prisma's runtime is looked at. Everything else of it stays as it is. */
interface ClientConfig extends ClientFacts {
  readonly compilerWasm?: CompilerLoader;
}
interface ClientOptions {
  readonly adapter?: object;
  readonly accelerateUrl?: string;
}
interface RequestParams {
  readonly clientMethod?: string;
  readonly action?: string;
  readonly model?: string;
  readonly args?: unknown;
  readonly dataPath?: readonly string[];
  readonly transaction?: { readonly kind?: string };
  readonly callsite?: Parameters<typeof callSiteOf>[0];
}
type RawMethods = { readonly [Name in (typeof rawMethods)[number]]: (...args: readonly unknown[]) => object };
interface PrismaClientInstance extends RawMethods {
  readonly _engineConfig: { readonly adapter?: object };
  _request(params: RequestParams): Promise<unknown>;
  $connect(): Promise<unknown>;
  $transaction(input: unknown, options?: unknown): Promise<unknown>;
}
type ClientClass = new (options: ClientOptions) => PrismaClientInstance;
export type GetPrismaClient = (config: ClientConfig) => ClientClass;

/** Prisma's mark on the client that a `$transaction` callback is given. */
const transactionScope = Symbol.for('prisma.client.transaction.scope_context');

/**
 * The one seam. `getPrismaClient` makes the class of every generated client; here it makes a subclass whose adapter
 * is the sandbox's and whose calls say on whose behalf they come. Nothing is mocked: the client, its extensions and
 * its errors are Prisma's own, made in the test's realm.
 */
export function wrapGetPrismaClient(
  original: GetPrismaClient,
  session: Session,
  rows: RowOrigins,
  requireActual: (file: string) => unknown,
): GetPrismaClient {
  /** Found by the adapter, which extended clients and transaction clients share with the client they come from. */
  const joins = new WeakMap<object, JoinedClient>();
  const joinOf = (client: PrismaClientInstance): JoinedClient | undefined => joins.get(client._engineConfig.adapter ?? client);

  return (config) => {
    const { compilerWasm: loader, clientVersion, activeProvider } = config;
    const key = `query-compiler ${clientVersion} ${activeProvider} ${String(loader?.['importName'])}`;
    const compiler = loader && shareCompiler(loader, key, session, requireActual);
    const Original = original({ ...config, ...(compiler && { compilerWasm: compiler.loader }) });

    class PrismaClient extends Original {
      constructor(options: ClientOptions) {
        const join = session.join(config, options?.adapter);
        const { accelerateUrl: _accelerateUrl, ...rest } = options ?? {};
        const adapter = join && adoptResults(join.adapter);
        super(adapter ? { ...rest, adapter } : options);
        if (!adapter) return;
        joins.set(adapter, join);
        if (join.context) keepRequestContexts(this, join.context);
      }

      override _request(params: RequestParams): Promise<unknown> {
        const join = joinOf(this);
        if (!join) return super._request(params);
        const site = rawCallSite() ?? callSiteOf(params.callsite);
        compiler?.begin();
        return settle(
          site,
          () => join.call(params.clientMethod ?? 'query', site),
          (call) => call.run(() => super._request(params)),
        ).then((result) => {
          if (!rows.isNoting) return result;
          const { callsite: _callsite, transaction, ...request } = params;
          const clientMethod = request.clientMethod?.replace(/\.\w+$/, '.findUnique') ?? 'findUnique';
          const find = (args: object): Promise<unknown> => this._request({ ...request, clientMethod, action: 'findUnique', args });
          rows.note(result, {
            ...request,
            database: join.database ?? '',
            schema: config.inlineSchema,
            find: transaction?.kind === 'itx' ? undefined : find,
          });
          return result;
        });
      }

      override $connect(): Promise<unknown> {
        const join = joinOf(this);
        if (!join) return super.$connect();
        const site = captureCallSite();
        return settle(
          site,
          () => join.call('$connect', site),
          (call) => call.run(() => super.$connect()),
        );
      }

      override $transaction(input: unknown, options?: unknown): Promise<unknown> {
        const join = joinOf(this);
        if (!join) return super.$transaction(input, options);
        const site = captureCallSite();
        compiler?.begin();
        const nested = (this as { [transactionScope]?: { kind?: string } })[transactionScope]?.kind === 'nested';
        return settle(
          site,
          () => join.transaction(site, nested),
          async (call) => {
            await call.turn();
            return call.run(() => super.$transaction(input, options));
          },
        );
      }
    }
    for (const name of rawMethods) {
      const raw = PrismaClient.prototype[name];
      const call = function (this: PrismaClient, ...args: readonly unknown[]): object {
        const promise = Reflect.apply(raw, this, args);
        return joinOf(this) ? withCallSite(promise) : promise;
      };
      Object.defineProperty(PrismaClient.prototype, name, { value: call, configurable: true, writable: true });
    }
    return PrismaClient;
  };
}

/** Runs a call to its end; what it fails with is an error of this realm. */
async function settle<C extends ClientCall, T>(site: CallSite, begin: () => C, work: (call: C) => Promise<T>): Promise<T> {
  let call: C | undefined;
  try {
    call = begin();
    const result = await work(call);
    call.end();
    return result;
  } catch (error) {
    throw toRealmError(call ? call.end(error) : error, site.location());
  }
}
