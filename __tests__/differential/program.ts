import fc from 'fast-check';

/** A call of a client. Keys are numbers in the branch's own namespace, so that branches never touch each other's rows. */
export type Call =
  | { readonly do: 'create'; readonly key: number; readonly n: number; readonly items: readonly number[] }
  | { readonly do: 'createItem'; readonly key: number; readonly owner: number }
  | { readonly do: 'update'; readonly key: number; readonly n: number }
  | { readonly do: 'upsert'; readonly key: number; readonly n: number }
  | { readonly do: 'delete'; readonly key: number }
  | { readonly do: 'createMany'; readonly keys: readonly number[]; readonly skip: boolean }
  | { readonly do: 'createManyAndReturn'; readonly keys: readonly number[] }
  | { readonly do: 'updateMany'; readonly n: number }
  | { readonly do: 'deleteItems' }
  | { readonly do: 'find' }
  | { readonly do: 'findOrThrow'; readonly key: number }
  | { readonly do: 'aggregate' }
  | { readonly do: 'link'; readonly key: number; readonly owner: number | 'none' }
  | { readonly do: 'rawRead'; readonly key: number }
  | { readonly do: 'rawWrite'; readonly key: number; readonly n: number }
  | { readonly do: 'setLocal'; readonly how: 'SET LOCAL' | 'set_config'; readonly value: number }
  | { readonly do: 'readLocal' }
  | { readonly do: 'rawUnknownTable' }
  | { readonly do: 'rawNotNull'; readonly key: number };

/** What a program is made of. `caught` failures do not end the block that they are in. */
export type Step =
  | { readonly kind: 'call'; readonly client: 0 | 1; readonly call: Call; readonly caught: boolean }
  | { readonly kind: 'transaction'; readonly client: 0 | 1; readonly body: readonly Step[]; readonly caught: boolean }
  | { readonly kind: 'nested'; readonly body: readonly Step[]; readonly caught: boolean }
  | { readonly kind: 'batch'; readonly client: 0 | 1; readonly calls: readonly Call[]; readonly caught: boolean }
  /** The root client inside a transaction's callback; it works on rows that the transaction does not touch. */
  | { readonly kind: 'visit'; readonly client: 0 | 1; readonly body: readonly Step[] }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Step[])[] }
  | { readonly kind: 'throw' };

export interface Program {
  /** Ids from the database's own counters, or by key: parallel branches race for the former. */
  readonly ids: 'generated' | 'explicit';
  readonly steps: readonly Step[];
}

/** What of all this the plain database can answer the same way twice. */
export interface Abilities {
  readonly parallel: boolean;
  /** Root calls inside a callback: plain SQLite has one writer, and waits for itself. */
  readonly visits: boolean;
  /** The second client in parallel branches: plain SQLite answers a second writer with `SQLITE_BUSY`. */
  readonly clientsInParallel: boolean;
  /** Parallel calls outside of transactions: better-sqlite3 sends them, and batches of one, into whatever transaction is open. */
  readonly parallelCalls: boolean;
  /** Violations that a commit finds: the SQLite adapters leave the transaction open after a failing COMMIT. */
  readonly deferredInTransactions: boolean;
  /** Settings that end with a transaction. */
  readonly settings: boolean;
}

const key = fc.integer({ min: 0, max: 3 });
const n = fc.constantFrom(0, 1, 2, 7, -1);
const caught = fc.boolean();

function callOf(links: boolean, settings: boolean): fc.Arbitrary<Call> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), key, n, items: fc.array(key, { maxLength: 2 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('createItem' as const), key, owner: key }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('update' as const), key, n }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('upsert' as const), key, n }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
    fc.record({ do: fc.constant('createMany' as const), keys: fc.array(key, { minLength: 1, maxLength: 3 }), skip: fc.constant(false) }),
    fc.record({ do: fc.constant('createManyAndReturn' as const), keys: fc.array(key, { minLength: 1, maxLength: 3 }) }),
    fc.record({ do: fc.constant('updateMany' as const), n }),
    fc.record({ do: fc.constant('deleteItems' as const) }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant('find' as const) }) },
    fc.record({ do: fc.constant('findOrThrow' as const), key }),
    fc.record({ do: fc.constant('aggregate' as const) }),
    {
      weight: links ? 1 : 0,
      arbitrary: fc.record({ do: fc.constant('link' as const), key, owner: fc.oneof(key, fc.constant('none' as const)) }),
    },
    fc.record({ do: fc.constant('rawRead' as const), key }),
    fc.record({ do: fc.constant('rawWrite' as const), key, n }),
    fc.record({ do: fc.constant('rawUnknownTable' as const) }),
    {
      weight: settings ? 1 : 0,
      arbitrary: fc.record({
        do: fc.constant('setLocal' as const),
        how: fc.constantFrom('SET LOCAL' as const, 'set_config' as const),
        value: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: settings ? 1 : 0, arbitrary: fc.record({ do: fc.constant('readLocal' as const) }) },
    fc.record({ do: fc.constant('rawNotNull' as const), key }),
  );
}

/** Random programs of a few dozen calls at most. */
export function programs(abilities: Abilities): fc.Arbitrary<Program> {
  const client = fc.constantFrom(0 as const, 1 as const);
  const throwing = fc.record({ kind: fc.constant('throw' as const) });

  const steps = (inside: boolean, clients: fc.Arbitrary<0 | 1>): fc.Arbitrary<readonly Step[]> => {
    const links = !inside || abilities.deferredInTransactions;
    const call = fc.record({ kind: fc.constant('call' as const), client: clients, call: callOf(links, abilities.settings), caught });
    const nested = (depth: number): fc.Arbitrary<Step> =>
      fc.record({
        kind: fc.constant('nested' as const),
        body: fc.array(depth > 0 ? fc.oneof({ weight: 6, arbitrary: call }, nested(depth - 1), throwing) : call, { maxLength: 3 }),
        caught,
      });
    const insideStep: fc.Arbitrary<Step> = fc.oneof({ weight: 8, arbitrary: call }, { weight: 2, arbitrary: nested(1) }, throwing);
    return fc.array(insideStep, { maxLength: 5 });
  };

  /** A transaction that surely commits may hold visits: what they write stays either way. */
  const visited = (clients: fc.Arbitrary<0 | 1>): fc.Arbitrary<Step> => {
    const own = fc.record({
      kind: fc.constant('call' as const),
      client: clients,
      call: fc.constantFrom<Call>({ do: 'find' }, { do: 'aggregate' }, { do: 'updateMany', n: 5 }, { do: 'upsert', key: 1, n: 4 }),
      caught: fc.constant(false),
    });
    const root = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.record({ kind: fc.constant('call' as const), client: clients, call: callOf(true, abilities.settings), caught: fc.constant(true) }),
      fc.record({ kind: fc.constant('transaction' as const), client: clients, body: steps(true, clients), caught: fc.constant(true) }),
      fc.record({
        kind: fc.constant('batch' as const),
        client: clients,
        calls: fc.array(callOf(true, abilities.settings), { minLength: 1, maxLength: 3 }),
        caught: fc.constant(true),
      }),
    );
    const visit = fc.record({ kind: fc.constant('visit' as const), client: clients, body: fc.array(root, { minLength: 1, maxLength: 3 }) });
    return fc.record({
      kind: fc.constant('transaction' as const),
      client: clients,
      body: fc.array(fc.oneof<fc.Arbitrary<Step>[]>(own, visit), { minLength: 1, maxLength: 4 }),
      caught: fc.constant(true),
    });
  };

  const rootStep = (clients: fc.Arbitrary<0 | 1>, calls: boolean): fc.Arbitrary<Step> => {
    const call = fc.record({
      kind: fc.constant('call' as const),
      client: clients,
      call: callOf(true, abilities.settings),
      caught: fc.constant(true),
    });
    const transaction = fc.record({
      kind: fc.constant('transaction' as const),
      client: clients,
      body: steps(true, clients),
      caught: fc.constant(true),
    });
    const batch = fc.record({
      kind: fc.constant('batch' as const),
      client: clients,
      calls: fc.array(callOf(abilities.deferredInTransactions, abilities.settings), { minLength: 1, maxLength: 4 }),
      caught: fc.constant(true),
    });
    return fc.oneof(
      { weight: calls ? 5 : 0, arbitrary: call },
      { weight: 4, arbitrary: transaction },
      { weight: 2, arbitrary: batch },
      { weight: abilities.visits ? 3 : 0, arbitrary: visited(clients) },
    );
  };

  const alone = fc.record({
    ids: fc.constant('generated' as const),
    steps: fc.array(rootStep(client, true), { minLength: 1, maxLength: 6 }),
  });
  if (!abilities.parallel) return alone;
  const parallelClient = abilities.clientsInParallel ? client : fc.constant(0 as const);
  const branch = fc.array(rootStep(parallelClient, abilities.parallelCalls), { minLength: 1, maxLength: 3 });
  const parallel = fc.record({ kind: fc.constant('parallel' as const), branches: fc.array(branch, { minLength: 2, maxLength: 4 }) });
  const mixed = fc.record({
    ids: fc.constant('explicit' as const),
    steps: fc.array(fc.oneof<fc.Arbitrary<Step>[]>(rootStep(client, true), parallel), { minLength: 1, maxLength: 4 }),
  });
  return fc.oneof({ weight: 3, arbitrary: alone }, { weight: 2, arbitrary: mixed });
}

/** How many statements' worth of steps a program has, for a figure that says how much was run. */
export function sizeOf(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    if (step.kind === 'call' || step.kind === 'throw') return sum + 1;
    if (step.kind === 'batch') return sum + step.calls.length;
    if (step.kind === 'parallel') return sum + step.branches.reduce((all, branch) => all + sizeOf(branch), 0);
    return sum + sizeOf(step.body);
  }, 0);
}
