import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createError } from '../errors';

/** The account of the operating system that the server runs under: the user's own, unless that is root. */
export interface Account {
  /** For `spawn`; empty where it is the process's own account. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Tells accounts apart in names of folders. */
  readonly key: string;
  /** Whether it may reach and read a file, as far as permissions tell. */
  canRead(file: string): boolean;
  /** Gives it a file or folder with all that is in it. */
  own(file: string): void;
}

/** PostgreSQL refuses to run as root, which is what containers mostly run as: any account without rights will do. */
const unprivileged = ['postgres', 'nobody'];

/** Chooses the account. */
export function chooseAccount(): Account {
  const uid = process.getuid?.();
  if (uid !== 0) {
    return { ids: {}, key: `u${uid ?? 0}`, canRead: () => true, own: () => undefined };
  }
  const ids = findIds();
  return { ids, key: `u${ids.uid}`, canRead: (file) => isReadable(file, ids), own: (file) => give(file, ids) };
}

function findIds(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of unprivileged) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid && gid && uid !== '0') return { uid: Number(uid), gid: Number(gid) };
  }
  throw createError({
    code: 'PRISMA_TEST_EMBEDDED_NO_USER',
    message: `PostgreSQL does not run as root, and there is no account to run it under (${unprivileged.join(' or ')}).`,
    cure: 'add one:  useradd --system postgres     or run the tests as another user:  USER node',
  });
}

/** Every folder on the way must let the account through. */
function isReadable(file: string, ids: { uid: number; gid: number }): boolean {
  const may = (at: string, right: 4 | 1): boolean => {
    const { mode, uid, gid } = statSync(at);
    const shift = uid === ids.uid ? 6 : gid === ids.gid ? 3 : 0;
    return ((mode >> shift) & right) === right;
  };
  try {
    if (!may(file, 4)) return false;
    for (let at = path.dirname(file); ; at = path.dirname(at)) {
      if (!may(at, 1)) return false;
      if (path.dirname(at) === at) return true;
    }
  } catch {
    return false;
  }
}

function give(file: string, ids: { uid: number; gid: number }): void {
  const entry = lstatSync(file);
  if (entry.isSymbolicLink()) return;
  chownSync(file, ids.uid, ids.gid);
  if (!entry.isDirectory()) return;
  chmodSync(file, 0o700);
  for (const name of readdirSync(file)) give(path.join(file, name), ids);
}
