import type { Call, Program, Step } from './program';

/** As much of a generated client as programs call; both providers' clients have it. */
export interface TestClient {
  readonly owner: Record<string, (args?: object) => Promise<unknown>>;
  readonly item: Record<string, (args?: object) => Promise<unknown>>;
  readonly link: Record<string, (args?: object) => Promise<unknown>>;
  $queryRawUnsafe(sql: string, ...values: unknown[]): Promise<unknown>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<unknown>;
  $transaction(input: unknown, options?: object): Promise<unknown>;
  $disconnect(): Promise<void>;
}

/** What came of each step, by its place in the program. */
export type Outcomes = Record<string, unknown>;

class Thrown extends Error {}

/** Runs a program and notes what each call answered. `clients` are the two root clients. */
export async function runProgram(program: Program, clients: readonly [TestClient, TestClient]): Promise<Outcomes> {
  const outcomes: Outcomes = {};

  /** Rejects with the first failure that is not caught, as the user's own code would. */
  const runSteps = async (steps: readonly Step[], place: string, space: number, tx: TestClient | undefined): Promise<void> => {
    for (const [index, step] of steps.entries()) await runStep(step, `${place}.${index}`, space, tx);
  };

  const settle = async (place: string, caught: boolean, work: () => Promise<unknown>): Promise<void> => {
    try {
      outcomes[place] = { ok: plain(await work()) };
    } catch (error) {
      outcomes[place] = { error: describeError(error) };
      if (!caught) throw error;
    }
  };

  const runStep = (step: Step, place: string, space: number, tx: TestClient | undefined): Promise<void> => {
    switch (step.kind) {
      case 'call':
        return settle(place, step.caught, () => runCall(step.call, tx ?? clients[step.client], space, program.ids));
      case 'transaction':
        return settle(place, step.caught, () =>
          clients[step.client].$transaction(async (inner: TestClient) => {
            await runSteps(step.body, place, space, inner);
            return 'done';
          }, patient),
        );
      case 'nested':
        return settle(place, step.caught, () =>
          (tx as TestClient).$transaction(async (inner: TestClient) => {
            await runSteps(step.body, place, space, inner);
            return 'done';
          }),
        );
      case 'batch':
        return settle(place, step.caught, () => {
          const client = clients[step.client];
          return client.$transaction(step.calls.map((call) => runCall(call, client, space, program.ids)));
        });
      case 'visit':
        // Rows of another namespace: a transaction of its own cannot see, in production, what is not committed.
        return settle(place, false, () => runSteps(step.body, place, space + 50, undefined));
      case 'parallel':
        return settle(place, true, async () => {
          await Promise.all(step.branches.map((branch, index) => runSteps(branch, `${place}/${index}`, space + index + 1, undefined)));
        });
      case 'throw':
        return settle(place, false, () => Promise.reject(new Thrown('thrown by the program')));
    }
  };

  await runSteps(program.steps, '', 0, undefined);
  return outcomes;
}

/** Waiting for other transactions is not what is compared. */
const patient = { maxWait: 20_000, timeout: 20_000 };

function runCall(call: Call, db: TestClient, space: number, ids: Program['ids']): Promise<unknown> {
  const name = (key: number): string => `${space}-${key}`;
  const id = (key: number): { id?: number } => (ids === 'explicit' ? { id: space * 10 + key + 1 } : {});
  const own = { key: { startsWith: `${space}-` } };
  switch (call.do) {
    case 'create':
      return db.owner['create']!({
        data: {
          ...id(call.key),
          key: name(call.key),
          n: call.n,
          ...(call.items.length > 0 && { items: { create: call.items.map((key) => ({ ...id(key), key: name(key) })) } }),
        },
        include: { items: { orderBy: { key: 'asc' } } },
      });
    case 'createItem':
      return db.item['create']!({ data: { ...id(call.key), key: name(call.key), owner: { connect: { key: name(call.owner) } } } });
    case 'update':
      return db.owner['update']!({ where: { key: name(call.key) }, data: { n: call.n, touched: { increment: 1 } } });
    case 'upsert':
      return db.owner['upsert']!({
        where: { key: name(call.key) },
        create: { ...id(call.key), key: name(call.key), n: call.n },
        update: { n: call.n },
      });
    case 'delete':
      return db.owner['delete']!({ where: { key: name(call.key) } });
    case 'createMany':
      return db.owner['createMany']!({ data: call.keys.map((key) => ({ ...id(key), key: name(key), n: 1 })) });
    case 'createManyAndReturn':
      return db.owner['createManyAndReturn']!({ data: call.keys.map((key) => ({ ...id(key), key: name(key), n: 2 })) });
    case 'updateMany':
      return db.owner['updateMany']!({ where: own, data: { n: call.n } });
    case 'deleteItems':
      return db.item['deleteMany']!({ where: own });
    case 'find':
      return db.owner['findMany']!({ where: own, include: { items: { orderBy: { key: 'asc' } } }, orderBy: { key: 'asc' } });
    case 'findOrThrow':
      return db.owner['findUniqueOrThrow']!({ where: { key: name(call.key) } });
    case 'aggregate':
      return db.owner['aggregate']!({ where: own, _count: true, _sum: { n: true }, _max: { key: true } });
    case 'link':
      return db.link['create']!({
        data: { id: space * 10 + call.key + 1, ownerId: call.owner === 'none' ? 999_999 : space * 10 + call.owner + 1 },
      });
    case 'rawRead':
      return db.$queryRawUnsafe(`SELECT "key", "n" FROM "Owner" WHERE "key" = '${name(call.key)}'`);
    case 'rawWrite':
      return db.$executeRawUnsafe(`UPDATE "Owner" SET "n" = ${call.n} WHERE "key" = '${name(call.key)}'`);
    case 'setLocal':
      return call.how === 'SET LOCAL'
        ? db.$executeRawUnsafe(`SET LOCAL app.tenant = '${call.value}'`)
        : db.$queryRawUnsafe('SELECT set_config($1, $2, TRUE)', 'app.tenant', String(call.value));
    case 'readLocal':
      // A connection that has never set it says null, one that has says '': that much is the pool's business.
      return db.$queryRawUnsafe("SELECT coalesce(current_setting('app.tenant', true), '') AS tenant");
    case 'rawUnknownTable':
      return db.$queryRawUnsafe('SELECT * FROM "Nowhere"');
    case 'rawNotNull':
      return db.$executeRawUnsafe(`INSERT INTO "Item" ("id", "key") VALUES (${space * 10 + call.key + 5}, '${name(call.key)}')`);
  }
}

function describeError(error: unknown): unknown {
  const { name, code, meta, message } = error as { name: string; code?: string; message: string; meta?: Record<string, unknown> };
  const cause = (meta?.['driverAdapterError'] as { cause?: { kind?: string; originalCode?: string } } | undefined)?.cause;
  const known = code !== undefined || error instanceof Thrown;
  return {
    name,
    code,
    model: meta?.['modelName'],
    kind: cause?.kind,
    original: cause?.originalCode,
    ...(!known && { message: firstWords(message) }),
  };
}

/** Messages show the line of the call, which is the same line here and there; what follows it is the database's. */
function firstWords(message: string): string {
  return (message.split('\n').at(-1) ?? '').slice(0, 160);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)));
}
