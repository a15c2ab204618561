import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { compareSignatures, readSignature, type ClientMatch, type SchemaSignature } from '../database/client-match';
import { adapterForAnotherProvider } from '../database/adapter-errors';
import { createError, isPrismaTestError } from '../errors';
import { currentContext, refuse, type Operation } from '../sandbox/call-context';
import type { ClientFacts, JoinedClient, TransactionCall } from '../session';
import { createCalls } from './client-calls';
import type { FileState } from './file-run';
import type { TestDatabase } from './test-database';

/** Adapters that we gave to clients ourselves: they tell nothing of the app's. */
const ours = new WeakSet<object>();

/** Prisma's name of a provider in adapters, by its name in schemas. */
const adapterProviders: Readonly<Record<string, string>> = { postgresql: 'postgres', cockroachdb: 'postgres' };

/** Below this share of common model names a client is taken to be of another schema, not of an older version. */
const kinship = 0.5;

/**
 * Lets a client join the database whose schema it was generated from. A client of another schema is refused at its
 * first query (making it harms nobody: apps make clients that a test never uses).
 */
export function joinClient(file: FileState, facts: ClientFacts, adapter: object | undefined): JoinedClient | undefined {
  const signature = signatureOf(facts.inlineSchema);
  const ranked = file.databases
    .map((database) => ({ database, match: compareSignatures(signature, database.signature) }))
    .toSorted((one, other) => rank(other.match) - rank(one.match));
  const best = ranked[0];
  if (!best || best.match.likeness < kinship) {
    if (file.databases.some((database) => database.options.passthrough)) return undefined;
    return refused(file, facts, undeclared(facts, [...signature.keys()]));
  }
  const { database, match } = best;
  if (match.differences.length > 0) return refused(file, facts, outdated(match, database));

  const named: { readonly provider?: string; readonly adapterName?: string } | undefined = adapter;
  const provider = named?.provider;
  const expected = database.provider.dialect.adapterProvider;
  if (adapter && provider !== expected) {
    return refused(file, facts, adapterForAnotherProvider(String(named?.adapterName), String(provider), expected));
  }
  const conflict = followAdapter(file, database, adapter);
  if (conflict) return refused(file, facts, conflict);
  if (!database.prepared || !file.allows(database.name)) {
    return refused(file, facts, (operation) => file.accessDenied(database.name, operation));
  }

  const { sandbox, isolation } = database.prepared;
  const adapterName = String(named?.adapterName ?? database.provider.adapters[0]?.name);
  const factory = isolation.adapterFactory(adapterName);
  const connect = async (): ReturnType<typeof factory.connect> => {
    try {
      await file.settleAdapter(database);
      return await factory.connect();
    } catch (error) {
      // Prisma wraps errors on their way up.
      throw isPrismaTestError(error) ? refuse(currentContext(), error) : error;
    }
  };
  return {
    database: database.name,
    adapter: { ...factory, connect },
    ...createCalls(file, sandbox, () => isolation.mode === 'transaction'),
  };
}

/** Schemas of clients that have been read: the same client is made anew in every file. */
const signatures = new Map<string, SchemaSignature>();

function signatureOf(schema: string): SchemaSignature {
  const signature = signatures.get(schema) ?? readSignature(schema);
  signatures.set(schema, signature);
  return signature;
}

/** An exact match beats all; among relatives the closest one. */
function rank(match: ClientMatch): number {
  return match.likeness - match.differences.length / 1000;
}

/** Notes whose options the values are read with; two that disagree in one file are an error, not a guess. */
function followAdapter(file: FileState, database: TestDatabase, adapter: object | undefined): Error | undefined {
  const app = adapter && !ours.has(adapter) ? database.inner.read(adapter) : undefined;
  const key = app && database.inner.keyOf(app);
  if (!app || !key) return undefined;
  const before = file.adapterKeys.get(database.name);
  if (before === undefined) {
    file.adapterKeys.set(database.name, key);
    database.follow(app, key);
    return undefined;
  }
  if (before === key) return undefined;
  return createError({
    code: 'PRISMA_TEST_ADAPTER_CONFLICT',
    message: `Two clients of database '${database.name}' have adapters with different options: they would read values differently.`,
    facts: { first: before, second: key },
    cure: "give both the same options, or say how the test's adapter is made: testEnvironmentOptions: { adapter: './test/adapter.ts' }",
  });
}

/** The adapter that a client of our own making is given. */
export function placeholderAdapter(file: FileState, { name, prepared, provider }: TestDatabase): SqlDriverAdapterFactory {
  const adapterName = provider.adapters[0]?.name ?? '';
  const adapter: SqlDriverAdapterFactory =
    prepared && file.allows(name)
      ? prepared.isolation.adapterFactory(adapterName)
      : { provider: provider.dialect.adapterProvider, adapterName, connect: () => Promise.reject(file.accessDenied(name)) };
  ours.add(adapter);
  return adapter;
}

/** A client that can be made but not used. */
function refused(file: FileState, facts: ClientFacts, reason: Error | ((operation?: Operation) => Error)): JoinedClient {
  const errorOf = (operation?: Operation): Error => (typeof reason === 'function' ? reason(operation) : reason);
  const callOf = (operation: Operation): TransactionCall => {
    const error = errorOf(operation);
    return {
      run: () => {
        throw error;
      },
      end: () => error,
      turn: () => Promise.reject(error),
    };
  };
  return {
    adapter: {
      provider: (adapterProviders[facts.activeProvider] ?? facts.activeProvider) as 'sqlite',
      adapterName: 'jest-environment-prisma',
      connect: () => Promise.reject(errorOf()),
    },
    call: (name, site) => callOf({ name, site, scope: file.scopes[0] }),
    transaction: (site) => callOf({ name: '$transaction', site, scope: file.scopes[0] }),
  };
}

function undeclared(facts: ClientFacts, models: readonly string[]): Error {
  return createError({
    code: 'PRISMA_TEST_CLIENT_UNDECLARED',
    message: 'A query of a Prisma client whose schema is not declared to the test environment was refused: it would reach a real database.',
    facts: { provider: facts.activeProvider, models: models.slice(0, 8).join(', ') + (models.length > 8 ? ', …' : '') },
    cure:
      'declare its Prisma project, or let such clients through to whatever database they name:\n' +
      "testEnvironmentOptions: { databases: { other: { config: '../other/prisma.config.ts' } } }\n" +
      'testEnvironmentOptions: { passthrough: true }',
  });
}

function outdated(match: ClientMatch, database: TestDatabase): Error {
  return createError({
    code: 'PRISMA_TEST_CLIENT_OUTDATED',
    message: `The generated Prisma client does not match the schema of database '${database.name}': one of them is older.`,
    facts: { differs: match.differences.slice(0, 8).join(', '), schema: database.project.files[0]?.path },
    cure: 'npx prisma generate',
  });
}
