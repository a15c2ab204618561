/** How a row is found again: plain data. */
export interface RowPlace {
  readonly database: string;
  readonly model: string;
  readonly where: Readonly<Record<string, unknown>>;
  /** `select`, `include` and `omit` of the call that it came from. */
  readonly shape: Readonly<Record<string, unknown>>;
}

/** A call that may have returned rows. */
export interface RowCall {
  readonly database: string;
  /** The schema that the client was generated from. */
  readonly schema: string;
  readonly model?: string;
  readonly args?: unknown;
  /** Not empty where only a part of the result was returned: `findUnique(…).posts()`. */
  readonly dataPath?: readonly string[];
  /** `findUnique` of the same client; `undefined` where that is of no use later, as in a `$transaction` callback. */
  readonly find: ((args: object) => Promise<unknown>) | undefined;
}

/** Remembers of each row which call it came from, so that it can be read again. */
export interface RowOrigins {
  /** Nothing is noted before this is called: most files share no rows. */
  begin(): void;
  readonly isNoting: boolean;
  note(result: unknown, call: RowCall): void;
  placeOf(row: object): RowPlace | undefined;
  adopt(copy: object, row: object): void;
  read(place: RowPlace): Promise<object | undefined>;
}

type Reader = Readonly<Record<string, { findUnique(args: object): Promise<object | null> } | undefined>>;

/** `clientOf` gives the client of a database by name, for rows whose own client is gone. */
export function createRowOrigins(clientOf: (database: string) => unknown): RowOrigins {
  const calls = new WeakMap<object, RowCall>();
  const places = new WeakMap<object, RowPlace>();
  const finders = new WeakMap<RowPlace, NonNullable<RowCall['find']>>();
  let isNoting = false;

  const placeOf = (row: object): RowPlace | undefined => {
    const known = places.get(row);
    const call = calls.get(row);
    if (known || !call?.model) return known;
    const where = whereOf(row as Record<string, unknown>, call.schema, call.model);
    if (!where) return undefined;
    const { select, include, omit } = (call.args ?? {}) as Record<string, unknown>;
    const shape = { ...(select ? { select } : {}), ...(include ? { include } : {}), ...(omit ? { omit } : {}) };
    const place = { database: call.database, model: call.model, where, shape };
    places.set(row, place);
    if (call.find) finders.set(place, call.find);
    return place;
  };

  return {
    begin() {
      isNoting = true;
    },
    get isNoting() {
      return isNoting;
    },
    note(result, call) {
      if (!isNoting || !call.model || (call.dataPath?.length ?? 0) > 0) return;
      const rows: unknown[] = Array.isArray(result) ? result : [result];
      for (const row of rows) if (typeof row === 'object' && row !== null) calls.set(row, call);
    },
    placeOf,
    adopt(copy, row) {
      const place = placeOf(row);
      if (place) places.set(copy, place);
    },
    async read(place) {
      const { database, model, where, shape } = place;
      const delegate = (): Reader[string] => (clientOf(database) as Reader)[`${model.slice(0, 1).toLowerCase()}${model.slice(1)}`];
      const find = finders.get(place) ?? ((args: object) => delegate()?.findUnique(args) ?? Promise.resolve(undefined));
      const row = (await find({ where, ...shape })) as object | null | undefined;
      if (!row) return undefined;
      const found = { database, model, where, shape };
      places.set(row, found);
      finders.set(found, find);
      return row;
    },
  };
}

/** What `findUnique` finds a row by; `undefined` if the row was selected without it. */
function whereOf(row: Readonly<Record<string, unknown>>, schema: string, model: string): Record<string, unknown> | undefined {
  for (const { name, fields } of keysOf(schema, model)) {
    const values = fields.map((field): [string, unknown] => [field, row[field]]);
    if (values.some(([, value]) => value === undefined || value === null)) continue;
    return name === undefined ? Object.fromEntries(values) : { [name]: Object.fromEntries(values) };
  }
  return undefined;
}

/** The unique keys of a model, its id first; those of several fields have a name. */
function keysOf(schema: string, model: string): readonly { readonly name: string | undefined; readonly fields: readonly string[] }[] {
  const body = new RegExp(`^[ \\t]*(?:model|view)\\s+${model}\\s*\\{([\\s\\S]*?)^[ \\t]*\\}`, 'm').exec(schema)?.[1] ?? '';
  const lines = body.split('\n').map((line) => line.replace(/\/\/.*$/, ''));
  return ['id', 'unique'].flatMap((kind) => [
    ...lines
      .flatMap((line) => new RegExp(`^\\s*(\\w+)\\s+\\S.*@${kind}\\b`).exec(line)?.[1] ?? [])
      .map((field) => ({ name: undefined, fields: [field] })),
    ...lines.flatMap((line) => {
      const [, inner = ''] = new RegExp(`^\\s*@@${kind}\\((.*)\\)\\s*$`).exec(line) ?? [];
      const fields = (/\[([^\]]*)\]/.exec(inner)?.[1] ?? '').split(',').map((field) => /\w+/.exec(field)?.[0] ?? '');
      if (inner === '' || fields.includes('')) return [];
      const name = /\bname:\s*"(\w+)"/.exec(inner)?.[1] ?? fields.join('_');
      return [{ name: fields.length > 1 ? name : undefined, fields }];
    }),
  ]);
}
