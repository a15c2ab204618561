// What tests must not leave behind: databases, processes, files. Looks before and after, and says what is new.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './steps.mjs';

const require = createRequire(import.meta.url);

/** Other programs' caches, and the embedded server's home where its account cannot enter the cache folder. */
const caches = /^(jest_|jiti$|node-compile-cache$|v8-compile-cache|jest-environment-prisma-[0-9a-f]+$)/;

/** Begins to watch; from now on the folder for temporary files is a private one. */
export async function watchLeftovers() {
  const folder = mkdtempSync(path.join(tmpdir(), 'jep-'));
  // The embedded server runs as an account of its own where we are root.
  chmodSync(folder, 0o1777);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  const before = await look(folder);

  return {
    /** What is there now and was not before; what is about to end is given ten seconds. */
    async find() {
      let found = [];
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const now = await look(folder);
        found = [...now].filter((item) => !before.has(item));
        if (found.length === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return found;
    },
    end: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function look(folder) {
  const projects = path.join(root, '.tmp', 'e2e');
  return new Set([
    ...(await postgresqlDatabases()).map((name) => `PostgreSQL database ${name}`),
    ...(await mysqlDatabases()).map((name) => `MariaDB database ${name}`),
    ...ownProcesses().map((line) => `process ${line}`),
    ...(existsSync(projects) ? readdirSync(projects) : []).map((name) => `project .tmp/e2e/${name}`),
    ...readdirSync(folder)
      .filter((name) => !caches.test(name))
      .map((name) => `temporary file ${name}`),
  ]);
}

async function postgresqlDatabases() {
  const client = new (require('pg').Client)('postgres://postgres@127.0.0.1:5432/postgres');
  try {
    await client.connect();
    return (await client.query('SELECT datname FROM pg_database')).rows.map(({ datname }) => datname);
  } catch {
    // No server, nothing left on it.
    return [];
  } finally {
    await client.end().catch(() => {});
  }
}

async function mysqlDatabases() {
  try {
    const connection = await require('mariadb').createConnection('mariadb://root@127.0.0.1:3306');
    const rows = await connection.query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
    await connection.end();
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Processes that were started from this folder, but for this one and those that it is waited for by. */
function ownProcesses() {
  if (process.platform === 'win32') return [];
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(`${root}${path.sep}`) && !line.startsWith(`${process.pid} `));
}
