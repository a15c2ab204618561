import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './process-alive';

/** A holder that has been silent for this long is taken for dead, whatever its process id says. */
const staleAfter = 120_000;

/**
 * Runs `work` while holding a lock file. A holder that died is recognised by its process id (or, where ids mean
 * nothing, by the file's age) and its lock is taken over.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${Date.now()} ${Math.random()}`;
  while (!(await acquire(file, mine))) {
    await removeIfStale(file);
    await delay(15);
  }
  try {
    return await work();
  } finally {
    if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
  }
}

async function acquire(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(content);
    await handle.close();
    return true;
  } catch (error) {
    // Windows answers EPERM while a file of that name is being deleted.
    if (['EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function removeIfStale(file: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  if (content === undefined) return;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
  const age = Date.now() - mtimeMs;
  const pid = Number(content.split(' ')[0]);
  // An empty file is a lock whose holder has not written its name yet.
  const dead = content === '' ? age > 5000 : !isAlive(pid) || age > staleAfter;
  if (dead && (await readFile(file, 'utf8').catch(() => undefined)) === content) await rm(file, { force: true });
}
