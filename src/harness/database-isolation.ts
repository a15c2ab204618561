import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { createClonePool, type ClonePool } from '../isolation/clone-pool';
import { createRestorer } from '../isolation/create-restorer';
import type { Restorer } from '../isolation/restorer';
import type { Isolation } from '../options';
import { createDirectAdapters } from './direct-adapter';
import type { DatabaseIsolation, DatabaseIsolationOptions } from './isolation-contract';
import { mixed, restoreFailed } from './isolation-errors';
import { createLevel, type IsolationLevel } from './isolation-level';

/** The isolation of one worker database. It outlives test files. */
export function createDatabaseIsolation({ worker, sandbox, connect, lease }: DatabaseIsolationOptions): DatabaseIsolation {
  const { dialect } = sandbox.options;
  const levels: IsolationLevel[] = [];
  let workerAdapter: Promise<SqlDriverAdapter> | undefined;
  let restoring: { readonly restorer: Restorer; readonly adapter: SqlDriverAdapter } | undefined;
  let pool: ClonePool | undefined;

  const mode = (): Isolation => levels.at(-1)?.mode ?? 'transaction';
  /** The level whose database is the current one; the worker's own belongs to none. */
  const owner = (below = levels.length): IsolationLevel | undefined => levels.slice(0, below).findLast(({ database }) => database);
  const adapter = (): Promise<SqlDriverAdapter> => {
    const level = owner();
    if (!level?.database) return (workerAdapter ??= connect(worker.url));
    return (level.adapter ??= connect(level.database.url));
  };
  const direct = createDirectAdapters({
    sandbox,
    isSandboxed: () => mode() === 'transaction',
    adapter,
    willWrite() {
      const holder = mode() === 'clone' ? (owner() ?? levels[0]) : undefined;
      for (const level of [levels.at(-1), holder]) if (level) level.hasWritten = true;
    },
  });

  const disconnectWorker = async (): Promise<void> => {
    const open = workerAdapter;
    workerAdapter = undefined;
    await close(open);
    await sandbox.reconnect();
  };
  const closeRestorer = async (): Promise<void> => {
    const open = restoring;
    restoring = undefined;
    await open?.adapter.dispose();
  };
  const renew = async (): Promise<void> => {
    await disconnectWorker();
    await closeRestorer();
    await worker.renew();
  };

  const restorer = async (): Promise<Restorer> => {
    if (restoring) return restoring.restorer;
    const own = await connect(worker.url);
    restoring = { restorer: createRestorer(dialect, own), adapter: own };
    await restoring.restorer.save(0);
    return restoring.restorer;
  };
  /** Saves what the levels around a scope have made, before anything is written in it. */
  const saveAround = async (index: number): Promise<void> => {
    const around = levels.slice(0, index);
    const last = around.findLastIndex((level) => level.isTouched || level.hasWritten);
    const level = around[last];
    const save = await restorer();
    if (!level) return;
    await save.save(last + 1);
    level.isSaved = true;
    for (const each of around) each.isTouched = each.hasWritten = false;
  };

  /** A database of its own for a scope: a copy of the nearest one around it that was written to, else of the template. */
  const takeClone = async (level: IsolationLevel, index: number): Promise<void> => {
    pool ??= createClonePool({ lease, connect: warm });
    const around = levels
      .slice(0, index)
      .findLast((each) => each.hasWritten && (each.database !== undefined || each.scope.kind === 'file'));
    if (around?.database) {
      const open = around.adapter;
      around.adapter = undefined;
      await close(open);
    } else if (around) {
      await disconnectWorker();
    }
    level.source = around && (around.database ?? worker);
    level.clone = await pool.take(level.source);
    level.database = level.clone.database;
    level.adapter = Promise.resolve(level.clone.adapter);
  };
  const warm = async (url: string): Promise<SqlDriverAdapter> => {
    const made = await connect(url);
    await made.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] });
    return made;
  };

  const undo = async (level: IsolationLevel, index: number): Promise<void> => {
    const isChanged = level.isTouched || level.hasWritten || level.isSaved;
    switch (level.mode) {
      case 'truncate': {
        if (level.scope.kind !== 'test' && !isChanged) return;
        const saved = levels.slice(0, index).findLastIndex(({ isSaved }) => isSaved);
        return (await restorer()).restore(saved + 1).catch(async (error: unknown) => {
          await renew();
          throw restoreFailed(level, error);
        });
      }
      case 'clone': {
        if (level.clone) {
          if (level.hasWritten) await pool?.forget(level.clone.database);
          pool?.giveBack(level.clone, level.source, close(level.adapter));
        } else if (level.begins && isChanged) {
          await pool?.forget(worker);
          await renew();
        }
        if (level.begins) await pool?.rest();
        return;
      }
      case 'none':
        if (level.begins) await renew();
    }
  };

  return {
    get mode() {
      return mode();
    },
    get url() {
      return owner()?.database?.url ?? worker.url;
    },
    get waits() {
      return pool?.waits ?? [];
    },
    enter(scope, chosen) {
      const around = mode();
      levels.push(createLevel(scope, chosen ?? around, (chosen ?? around) !== around));
    },
    async ready(scope) {
      const index = levels.findIndex((each) => each.scope === scope);
      const level = levels[index];
      if (!level || level.mode === 'transaction') return;
      const begun = levels.slice(0, index + 1).findLastIndex(({ begins }) => begins);
      const hasRows = (each: IsolationLevel): boolean => each.hasWritten || sandbox.holds(each.scope);
      if (begun > 0 && levels.slice(0, begun).some(hasRows)) throw mixed(levels[begun] ?? level);
      if (level.mode === 'truncate') await saveAround(index);
      if (level.mode === 'clone' && scope.kind === 'file') (pool ??= createClonePool({ lease, connect: warm })).prepare();
      if (level.mode === 'clone' && scope.kind !== 'file' && !level.clone) await takeClone(level, index);
    },
    touch(scope) {
      const level = levels.find((each) => each.scope === scope);
      if (level) level.isTouched = true;
    },
    async leave(scope) {
      const index = levels.findIndex((each) => each.scope === scope);
      if (index < 0) return { transactions: [] };
      const transactions = await direct.endTransactions();
      try {
        for (const [offset, level] of [...levels.slice(index).entries()].toReversed()) await undo(level, index + offset);
      } finally {
        levels.length = index;
      }
      return { transactions };
    },
    adapterFactory: (adapterName) => direct.factory(adapterName),
    async disconnect() {
      const open = workerAdapter;
      workerAdapter = undefined;
      await close(open);
    },
    renew,
    async close() {
      await close(workerAdapter);
      await closeRestorer();
      await pool?.close();
    },
    closeSync() {
      if (worker.releaseSync) void close(workerAdapter);
      if (worker.releaseSync) void closeRestorer();
      pool?.closeSync();
    },
  };
}

async function close(open: Promise<SqlDriverAdapter> | undefined): Promise<void> {
  await (await open?.catch(() => undefined))?.dispose().catch(() => undefined);
}
