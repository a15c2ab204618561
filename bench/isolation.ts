/*
 * What isolation by cloning and by truncating costs a test, on a real server:
 *   DATABASE_URL=postgresql://postgres@127.0.0.1:5432/bench node -r esbuild-register bench/isolation.ts
 */
import { createInnerAdapter } from '../src/database/inner-adapter';
import { createRestorer } from '../src/isolation/create-restorer';
import { createClonePool } from '../src/isolation/clone-pool';
import { createMysqlProvider } from '../src/providers/mysql';
import { createPostgresqlProvider } from '../src/providers/postgresql';

const url = process.env['DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/bench';
const tests = 40;
const tables = 20;
const root = process.cwd();

async function main(): Promise<void> {
  const isMysql = url.startsWith('mysql');
  const context = { rootDir: root, cacheDir: root, url, resolveFrom: [root], projectKey: 'bench', report: () => undefined };
  const provider = (isMysql ? createMysqlProvider : createPostgresqlProvider)(context);
  const inner = createInnerAdapter({
    packages: provider.adapters,
    adapterProvider: provider.dialect.adapterProvider,
    resolveFrom: [root],
    custom: undefined,
  });
  const id = isMysql ? 'INT NOT NULL AUTO_INCREMENT PRIMARY KEY' : 'SERIAL PRIMARY KEY';
  await provider.ensureTemplate('bench', (target) =>
    target.execute(Array.from({ length: tables }, (_, index) => `CREATE TABLE t${index} (id ${id}, name TEXT)`).join(';')),
  );
  const run = async (adapter: Awaited<ReturnType<typeof inner.connect>>): Promise<void> => {
    for (const table of ['t1', 't2']) await adapter.executeRaw({ sql: `INSERT INTO ${table} (name) VALUES ('x')`, args: [], argTypes: [] });
  };

  const worker = await provider.lease('bench');
  const adapter = await inner.connect(worker.url, undefined);
  const restorer = createRestorer(provider.dialect, adapter);
  await restorer.save(0);
  const restores: number[] = [];
  for (let test = 0; test < tests; test++) {
    await run(adapter);
    const started = performance.now();
    await restorer.restore(0);
    restores.push(performance.now() - started);
  }
  tell(`truncate: ${tables} tables, 2 of them written to`, restores);
  await adapter.dispose();

  for (const length of [0, 50, 200]) {
    const pool = createClonePool({ lease: () => provider.lease('bench'), connect: (at) => inner.connect(at, undefined) });
    pool.prepare();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (let test = 0; test < tests; test++) {
      const clone = await pool.take();
      await run(clone.adapter);
      await new Promise((resolve) => setTimeout(resolve, length));
      pool.giveBack(clone, undefined, clone.adapter.dispose());
    }
    tell(`clone: taking one, tests of ${length} ms`, pool.waits);
    await pool.close();
  }
  await worker.release();
  await provider.close();
  const last = (isMysql ? createMysqlProvider : createPostgresqlProvider)(context);
  await last.clean();
  await last.close();
}

function tell(what: string, times: readonly number[]): void {
  const sorted = [...times].toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  process.stdout.write(`${what.padEnd(52)} median ${at(0.5)} ms, 95 % ${at(0.95)} ms\n`);
}

void main();
