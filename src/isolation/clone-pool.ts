import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { WorkerDatabase } from '../providers/provider';

/** A database that one test has for itself, with a connection to it that is open already; it is the taker's to close. */
export interface Clone {
  readonly database: WorkerDatabase;
  readonly adapter: SqlDriverAdapter;
}

/** Databases that are made ready in the background, so that taking one costs nothing. */
export interface ClonePool {
  /** Takes a clone of the template, or of the worker database `source`, which nobody may be connected to. */
  take(source?: WorkerDatabase): Promise<Clone>;
  /** Gives a clone back, to be made ready anew for whoever takes one next, once the taker's connections are closed. */
  giveBack(clone: Clone, source: WorkerDatabase | undefined, closed: Promise<unknown>): void;
  /** Begins to make clones ready. */
  prepare(source?: WorkerDatabase): void;
  /** A file has ended: nothing more is made ready until the next `prepare`, and what is under way is waited for. */
  rest(): Promise<void>;
  /** No clone of a worker database will be wanted any more, and it may be written to again. */
  forget(source: WorkerDatabase): Promise<void>;
  /** How long was waited for clones: milliseconds, in order. */
  readonly waits: readonly number[];
  close(): Promise<void>;
  closeSync(): void;
}

/** What a pool needs from outside. */
export interface ClonePoolOptions {
  /** Leases another database of the same template. */
  lease(): Promise<WorkerDatabase>;
  /** Connects to a database, as far as it goes without a statement of the app's. */
  connect(url: string): Promise<SqlDriverAdapter>;
}

/** A database of the pool, and what it is being made a clone of. */
interface Member {
  readonly database: WorkerDatabase;
  source: WorkerDatabase | undefined;
  adapter: SqlDriverAdapter | undefined;
  isTaken: boolean;
  /** It was given back while nothing was to be made ready. */
  isStale: boolean;
  /** Settles when it is ready. */
  ready: Promise<void>;
  isReady: boolean;
}

/** So many databases at most: one in use, the others ready or being made so. */
const size = 4;
const waitsKept = 1000;

export function createClonePool(options: ClonePoolOptions): ClonePool {
  const members: Member[] = [];
  const waits: number[] = [];
  /** Leases are taken one after the other, and none is begun that has no room. */
  let leasing: Promise<unknown> = Promise.resolve();
  let begun = 0;
  let closed = false;
  let isResting = false;

  const refresh = (member: Member, source: WorkerDatabase | undefined, isFresh = false): void => {
    const before = member.ready.catch(() => undefined);
    member.source = source;
    member.isStale = isResting;
    member.isReady = false;
    if (isResting) return;
    member.ready = before.then(async () => {
      if (closed) return;
      await member.adapter?.dispose();
      member.adapter = undefined;
      if (!isFresh || source) await member.database.renew(source?.url);
      member.adapter = await options.connect(member.database.url);
      member.isReady = true;
    });
    member.ready.catch(() => undefined);
  };

  const add = (source: WorkerDatabase | undefined): Promise<Member | undefined> => {
    begun++;
    const adding = leasing.then(async () => {
      if (closed) return undefined;
      const member: Member = {
        database: await options.lease(),
        source,
        adapter: undefined,
        isTaken: false,
        isStale: false,
        ready: Promise.resolve(),
        isReady: false,
      };
      members.push(member);
      refresh(member, source, true);
      return member;
    });
    leasing = adding.catch(() => {
      begun--;
    });
    return adding;
  };

  const prepare = (source: WorkerDatabase | undefined): void => {
    isResting = false;
    for (const member of members) if (member.isStale) refresh(member, source);
    const idle = members.filter((member) => !member.isTaken);
    if (idle.some((member) => member.source === source)) return;
    if (begun < size) add(source).catch(() => undefined);
    else if (idle[0]) refresh(idle[0], source);
  };

  const find = async (source: WorkerDatabase | undefined): Promise<Member> => {
    await leasing;
    const idle = members.filter((member) => !member.isTaken);
    const fitting = idle.filter((each) => each.source === source);
    const member = fitting.find((each) => each.isReady) ?? fitting[0];
    if (member) return member;
    if (begun < size) return (await add(source)) ?? Promise.reject(new Error('closed'));
    const other = idle[0];
    if (!other) throw new Error('Every database of the pool is taken.');
    refresh(other, source);
    return other;
  };

  return {
    waits,
    prepare,
    async take(source) {
      const started = performance.now();
      const member = await find(source);
      member.isTaken = true;
      await member.ready.catch((error: unknown) => {
        // It is tried again for the next one; this test has to know.
        member.isTaken = false;
        refresh(member, source);
        throw error;
      });
      waits.push(performance.now() - started);
      if (waits.length > waitsKept) waits.shift();
      prepare(source);
      const adapter = member.adapter as SqlDriverAdapter;
      member.adapter = undefined;
      return { database: member.database, adapter };
    },
    giveBack(clone, source, isClosed) {
      const member = members.find(({ database }) => database === clone.database);
      if (!member) return;
      member.isTaken = false;
      member.ready = isClosed.then(() => undefined);
      refresh(member, source);
    },
    async rest() {
      isResting = true;
      await leasing;
      await Promise.all(members.map((member) => member.ready.catch(() => undefined)));
    },
    async forget(source) {
      const left = members.filter((member) => member.source === source);
      for (const member of left) if (!member.isTaken) refresh(member, undefined);
      await Promise.all(left.map((member) => member.ready.catch(() => undefined)));
    },
    async close() {
      closed = true;
      await leasing;
      for (const member of members.splice(0)) {
        await member.ready.catch(() => undefined);
        await member.adapter?.dispose().catch(() => undefined);
        await member.database.release();
      }
    },
    closeSync() {
      closed = true;
      for (const { adapter, database } of members) {
        if (database.releaseSync) void adapter?.dispose();
        database.releaseSync?.();
      }
    },
  };
}
