import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from './process-alive';

/** A server that runs, as PostgreSQL itself writes it down. */
export interface ServerState {
  readonly pid: number;
  readonly port: number;
  /** `false` while it starts or stops. */
  readonly isReady: boolean;
}

/** Reads what `postmaster.pid` says; `undefined` where no server runs in the folder. */
export function readServerState(folder: string): ServerState | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isAlive(pid) || isZombie(pid)) return undefined;
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
}

/** Forgets a server that is not there any more, whatever its file says. */
export function forgetServerState(folder: string): void {
  rmSync(path.join(folder, 'data', 'postmaster.pid'), { force: true });
}

/** In a container whose first process does not care for orphans, a dead server keeps its process id. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
