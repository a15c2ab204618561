import type { ClientCall, ClientFacts, JoinedClient, Session } from '../session';
import { callSiteOf, captureCallSite } from './call-site';
import { toRealmError } from './realm-error';

/** What of Prisma's runtime is looked at. Everything else of it stays as it is. */
interface ClientConfig extends ClientFacts {
  readonly compilerWasm?: { getQueryCompilerWasmModule(): Promise<unknown> } & Record<string, unknown>;
}
interface ClientOptions {
  readonly adapter?: object;
  readonly accelerateUrl?: string;
}
interface RequestParams {
  readonly clientMethod?: string;
  readonly callsite?: Parameters<typeof callSiteOf>[0];
}
interface PrismaClientInstance {
  _request(params: RequestParams): Promise<unknown>;
  $connect(): Promise<unknown>;
  $transaction(input: unknown, options?: unknown): Promise<unknown>;
}
type ClientClass = new (options: ClientOptions) => PrismaClientInstance;
export type GetPrismaClient = (config: ClientConfig) => ClientClass;

const joined = Symbol.for('jest-environment-prisma.joined');
/** Prisma's mark on the client that a `$transaction` callback is given. */
const transactionScope = Symbol.for('prisma.client.transaction.scope_context');

/**
 * The one seam. `getPrismaClient` makes the class of every generated client; here it makes a subclass whose adapter
 * is the sandbox's and whose calls say on whose behalf they come. Nothing is mocked: the client, its extensions and
 * its errors are Prisma's own, made in the test's realm.
 */
export function wrapGetPrismaClient(original: GetPrismaClient, session: Session): GetPrismaClient {
  return (config) => {
    const Original = original(shareCompiler(config, session));

    return class PrismaClient extends Original {
      declare readonly [joined]: JoinedClient | undefined;

      constructor(options: ClientOptions) {
        const join = session.join(config, options?.adapter);
        const { accelerateUrl: _accelerateUrl, ...rest } = options ?? {};
        // What this returns is Prisma's proxy around the instance; the property is found through it.
        super(join ? { ...rest, adapter: join.adapter } : options);
        Object.defineProperty(this, joined, { value: join });
      }

      override _request(params: RequestParams): Promise<unknown> {
        const join = this[joined];
        if (!join) return super._request(params);
        const site = callSiteOf(params.callsite);
        return settle(join.call(params.clientMethod ?? 'query', site), () => super._request(params));
      }

      override $connect(): Promise<unknown> {
        const join = this[joined];
        return join ? settle(join.call('$connect', captureCallSite()), () => super.$connect()) : super.$connect();
      }

      override $transaction(input: unknown, options?: unknown): Promise<unknown> {
        const join = this[joined];
        if (!join) return super.$transaction(input, options);
        const nested = (this as { [transactionScope]?: { kind?: string } })[transactionScope]?.kind === 'nested';
        const call = join.transaction(captureCallSite(), nested);
        return settle(call, async () => {
          await call.turn();
          return call.run(() => super.$transaction(input, options));
        });
      }
    };
  };
}

async function settle<T>(call: ClientCall, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await call.run(work);
  } catch (error) {
    throw toRealmError(call.end(error));
  }
  call.end();
  return result;
}

/** Compiling the query compiler's 3 MB takes longer than a whole test file: once per worker is enough. */
function shareCompiler(config: ClientConfig, session: Session): ClientConfig {
  const { compilerWasm, activeProvider, clientVersion } = config;
  if (!compilerWasm) return config;
  const load = (): Promise<unknown> => compilerWasm.getQueryCompilerWasmModule();
  const key = `query-compiler ${clientVersion} ${activeProvider} ${String(compilerWasm['importName'])}`;
  return { ...config, compilerWasm: { ...compilerWasm, getQueryCompilerWasmModule: () => session.keep(key, load) } };
}
