import { nodeGlobal } from './node-require';

/** The answer of a driver adapter's method in the form that Prisma's engines want. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: object };

/** A result that is a value. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Column types of the adapter protocol, as far as {@link offlineAdapter} needs them. */
const columnType = { int32: 0, boolean: 5, text: 7 };

/**
 * A driver adapter without a database. The engine needs one to make DDL; of PostgreSQL it asks nothing but the server's
 * version, and nothing that it emits for an empty database depends on the answer.
 */
export function offlineAdapter(provider: 'sqlite' | 'postgres', schemaName: string | undefined): object {
  // The engine tells promises by `instanceof`, in the realm that it was loaded into.
  const OuterPromise = nodeGlobal()['Promise'] as PromiseConstructor;
  const answer =
    (value: unknown): (() => Promise<Result<unknown>>) =>
    () =>
      OuterPromise.resolve(ok(value));
  const refuse = (): Promise<Result<never>> => OuterPromise.resolve({ ok: false, error: { kind: 'GenericJs', id: 0 } });
  const connection = {
    provider,
    adapterName: 'jest-environment-prisma',
    errorRegistry: { consumeError: () => ({ error: new Error('There is no database behind this engine.') }) },
    queryRaw: answer({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [columnType.boolean, columnType.text, columnType.int32],
      rows: [[true, 'PostgreSQL 16.0', 160_000]],
    }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: answer(undefined),
    getConnectionInfo: () => ok({ schemaName, supportsRelationJoins: true }),
  };
  return {
    provider,
    adapterName: connection.adapterName,
    errorRegistry: connection.errorRegistry,
    connect: answer(connection),
    connectToShadowDb: answer(connection),
  };
}
