/** A generated client: those of two providers have no type in common that would hold all that is called here. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Db = any;

/** What a generated module for TypedSQL takes from Prisma's runtime. */
export interface Runtime {
  makeTypedQueryFactory(sql: string): (...values: unknown[]) => unknown;
}

interface Operation {
  readonly operation: string;
  readonly args: unknown;
  query(args: unknown): Promise<unknown>;
}

/** The models of the steps, for a provider. Arrays and enums are where the provider has them. */
export const featureSchema = (provider: 'sqlite' | 'postgresql'): string => `
generator client {
  provider        = "prisma-client-js"
  output          = "./client"
  previewFeatures = [${provider === 'postgresql' ? '"relationJoins", ' : ''}"typedSql"]
}
datasource db {
  provider = "${provider}"
}
enum Color {
  RED
  BLUE
}
model Owner {
  id     Int     @id @default(autoincrement())
  name   String  @unique
  secret String?
  values Value[]
}
model Value {
  id      Int       @id @default(autoincrement())
  int     Int?
  big     BigInt?
  float   Float?
  decimal Decimal?
  bool    Boolean?
  text    String?
  bytes   Bytes?
  json    Json?
  at      DateTime?
  color   Color?
  ${provider === 'postgresql' ? 'texts   String[]\n  days    DateTime? @db.Date\n  precise DateTime? @db.Timestamptz(6)\n  uuid    String? @db.Uuid' : ''}
  owner   Owner?    @relation(fields: [ownerId], references: [id])
  ownerId Int?
}
`;

const values = {
  int: -7,
  big: 9007199254740993n,
  float: 0.1,
  decimal: '12345678901234567.89',
  bool: true,
  text: 'ünï © 𝄞 \\ \' "',
  bytes: new Uint8Array([0, 1, 254, 255]),
  json: { a: [1, null, { b: 'c' }], d: 1.5 },
  at: new Date('2024-02-29T23:59:59.987Z'),
  color: 'BLUE',
};

const findAmong = (db: Db, length: number): Promise<unknown> =>
  db.owner.findMany({ where: { id: { in: Array.from({ length }, (_, n) => n) } }, orderBy: { id: 'asc' } });

/** Steps that answer the same on a plain client and in a sandbox; each may fail, and then fails the same way. */
export const steps: Record<string, (db: Db, provider: string, runtime: Runtime) => Promise<unknown>> = {
  'every type is read as it was written': (db) => db.value.create({ data: values }),
  'nulls of JSON': (db) => db.value.create({ data: { json: {}, text: null } }),
  'arrays, dates without time, microseconds, uuids': (db, provider) =>
    provider === 'postgresql'
      ? db.value.create({
          data: {
            texts: ['a', 'b,c', '"'],
            days: new Date('2024-02-29'),
            precise: values.at,
            uuid: '0190b5a4-5d4c-7000-8000-000000000001',
          },
        })
      : Promise.resolve(),
  'types as raw parameters': (db, provider) =>
    provider === 'postgresql'
      ? db.$queryRaw`SELECT ${7}::int AS i, ${9007199254740993n}::bigint AS b, ${'x'}::text AS t, ${true}::bool AS o, ${values.bytes}::bytea AS y,
          ${values.at}::timestamptz AS d, ${[1, 2]}::int[] AS a, ${null}::text AS n, ${1.5}::float8 AS f, ${JSON.stringify(values.json)}::jsonb AS j`
      : db.$queryRaw`SELECT ${7} AS i, ${9007199254740993n} AS b, ${'x'} AS t, ${true} AS o, ${values.bytes} AS y, ${values.at} AS d, ${null} AS n, ${1.5} AS f`,
  // `prisma generate --sql` needs a database: this is all that it writes for a query.
  TypedSQL: async (db, provider, { makeTypedQueryFactory }) => {
    const mark = provider === 'postgresql' ? '$1' : '?';
    const byInt = makeTypedQueryFactory(`SELECT "id", "text" FROM "Value" WHERE "int" = ${mark}`);
    const found = await db.$queryRawTyped(byInt(-7));
    const inside = await db.$transaction(async (tx: Db) => [
      await tx.value.updateMany({ where: { int: -7 }, data: { text: 'typed' } }),
      await tx.$queryRawTyped(byInt(-7)),
    ]);
    await db.value.updateMany({ where: { int: -7 }, data: { text: values.text } });
    return [found, inside];
  },
  'TypedSQL that fails': (db, _provider, { makeTypedQueryFactory }) =>
    db.$queryRawTyped(makeTypedQueryFactory('SELECT "nothing" FROM "Nowhere"')()),
  '$executeRaw counts': (db) => db.$executeRaw`UPDATE "Value" SET "int" = ${8} WHERE "int" = ${-7}`,
  'createMany, createManyAndReturn, updateManyAndReturn': async (db) => [
    await db.owner.createMany({ data: [{ name: 'm1' }, { name: 'm2' }] }),
    await db.owner.createManyAndReturn({ data: [{ name: 'm3' }, { name: 'm4' }], select: { id: true, name: true } }),
    await db.owner.updateManyAndReturn({ where: { name: { startsWith: 'm' } }, data: { secret: 's' } }),
  ],
  'a large IN list': (db, provider) => findAmong(db, provider === 'postgresql' ? 30_000 : 900),
  'an IN list that is too large': (db) => findAmong(db, 40_000),
  'omit, select, include, distinct, groupBy, cursor': async (db) => [
    await db.owner.findMany({ omit: { secret: true }, orderBy: { id: 'asc' } }),
    await db.owner.findFirst({ include: { values: true, _count: true }, orderBy: { id: 'asc' } }),
    await db.owner.groupBy({ by: ['secret'], _count: true }),
    await db.owner.findMany({ distinct: ['secret'], orderBy: { id: 'asc' } }),
    await db.owner.findMany({ cursor: { name: 'm2' }, take: 2, orderBy: { id: 'asc' } }),
  ],
  relationLoadStrategy: async (db, provider) =>
    provider === 'postgresql'
      ? [
          await db.owner.findMany({ relationLoadStrategy: 'join', include: { values: true }, orderBy: { id: 'asc' } }),
          await db.owner.findMany({ relationLoadStrategy: 'query', include: { values: true }, orderBy: { id: 'asc' } }),
        ]
      : undefined,
  'the fluent API, many findUnique in one tick': async (db) => [
    await db.owner.findUnique({ where: { name: 'm1' } }).values(),
    (await Promise.all(['m1', 'm2', 'no'].map((name) => db.owner.findUnique({ where: { name } })))).map(
      (each: { name?: string } | null) => each?.name,
    ),
  ],
  'connectOrCreate, nested updates and deletes': (db) =>
    db.owner.update({
      where: { name: 'm1' },
      data: {
        values: { create: [{ int: 1 }, { int: 2 }], connectOrCreate: { where: { id: 9999 }, create: { int: 3 } }, deleteMany: { int: 2 } },
      },
      include: { values: true },
    }),
  'extensions of query, result, model and client': async (db) => {
    const seen: string[] = [];
    const extended = db.$extends({
      name: 'all',
      query: {
        $allModels: {
          async $allOperations({ operation, args, query }: Operation) {
            seen.push(operation);
            return query(args);
          },
        },
      },
      result: { owner: { loud: { needs: { name: true }, compute: ({ name }: { name: string }) => name.toUpperCase() } } },
      model: { owner: { first: (): Promise<unknown> => db.owner.findFirst({ orderBy: { id: 'asc' } }) } },
      client: { $total: async (): Promise<unknown> => db.owner.count() },
    });
    const inside = await extended.$transaction(async (tx: Db) => {
      await tx.owner.create({ data: { name: 'extended' } });
      return (await tx.owner.findUnique({ where: { name: 'extended' } })).loud;
    });
    return [inside, (await extended.owner.first()).name, await extended.$total(), seen];
  },
  'an extension that wraps each query into a batch (row level security)': async (db, provider) => {
    if (provider !== 'postgresql') return undefined;
    const extended = db.$extends({
      query: {
        $allModels: {
          async $allOperations({ args, query }: Operation) {
            const [, result] = await db.$transaction([db.$executeRaw`SELECT set_config('app.tenant', ${'7'}, TRUE)`, query(args)]);
            return result;
          },
        },
      },
    });
    const rows = await Promise.all([extended.owner.findMany({ orderBy: { id: 'asc' } }), extended.owner.count()]);
    return [rows, await db.$queryRaw`SELECT coalesce(current_setting('app.tenant', true), '') AS after`];
  },
  // Prisma collects the calls of one tick: each must keep knowing where it comes from.
  'calls of one tick from inside and outside of a callback': async (db, provider) => {
    if (provider !== 'postgresql') return undefined;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    // Different columns: Prisma would make one query of two alike, which the sandbox must not across a transaction's border.
    const find = (name: string, select?: object): Promise<unknown> => db.owner.findUnique({ where: { name }, ...(select && { select }) });
    const outside = gate.then(() => find('m1'));
    const inside = db.$transaction(async (tx: Db) => {
      await tx.owner.count();
      open();
      await Promise.resolve();
      return find('m2', { id: true });
    });
    return Promise.all([inside, outside]);
  },
  'an isolation level is accepted': (db) => db.$transaction(async (tx: Db) => tx.owner.count(), { isolationLevel: 'Serializable' }),
  'one that the database does not have is not': (db) => db.$transaction(async (tx: Db) => tx.owner.count(), { isolationLevel: 'Snapshot' }),
  'a timeout is the callback’s own': (db) =>
    db.$transaction(
      async (tx: Db) => {
        await tx.owner.create({ data: { name: 'late' } });
        await new Promise((resolve) => setTimeout(resolve, 300));
        return tx.owner.count();
      },
      { timeout: 100 },
    ),
  'and it has rolled back': (db) => db.owner.findUnique({ where: { name: 'late' } }),
  '$disconnect and $connect': async (db) => {
    await db.$disconnect();
    await db.$connect();
    return db.owner.count();
  },
  'a validation error': (db) => db.owner.create({ data: { nothing: 1 } }),
};

/** The steps that are there to fail. */
export const stepsThatFail = [
  'TypedSQL that fails',
  'an IN list that is too large',
  'one that the database does not have is not',
  'a timeout is the callback’s own',
  'a validation error',
];
