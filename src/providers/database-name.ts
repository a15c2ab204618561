import { createHash } from 'node:crypto';

/** Names of everything that belongs to one base name and fingerprint on a server. */
export interface DatabaseNames {
  /** The user's database, made safe for a name: what all names begin with. */
  readonly base: string;
  /** The fingerprint as it stands in the names: at most 16 characters of `[a-z0-9]`. */
  readonly fingerprint: string;
  /** `<base>_tpl_<fingerprint>` */
  readonly template: string;
  /** Where the template is built before it gets its name. */
  readonly building: string;
  /** `<base>_test_<fingerprint>_<slot>`; slots count from 1. */
  worker(slot: number): string;
  /** Where a slot's last database waits to be dropped. */
  retired(slot: number): string;
}

/** What a name of ours says about itself. */
export interface ParsedDatabaseName {
  readonly base: string;
  readonly kind: 'template' | 'building' | 'worker' | 'retired';
  readonly fingerprint: string;
  readonly slot: number | undefined;
}

/** More slots than this on one server are taken for a mistake, and names reserve room for no more. */
export const maxSlot = 9999;

const pattern = /^(.+)_(?:tpl_([a-z0-9]{1,16})(_new)?|test_([a-z0-9]{1,16})_([1-9][0-9]{0,3})(_old)?)$/;

/**
 * Derives the names of our databases. `maxBytes` is the longest name that the server takes (PostgreSQL 63, MySQL 64).
 * Two bases never share a name: what is cut off or replaced is made up for with a hash.
 */
export function createDatabaseNames(base: string, fingerprint: string, maxBytes = 63): DatabaseNames {
  const shortPrint = shortenFingerprint(fingerprint);
  const longestSuffix = `_test_${shortPrint}_${maxSlot}_old`.length;
  const safeBase = shortenBase(base, maxBytes - longestSuffix);
  return {
    base: safeBase,
    fingerprint: shortPrint,
    template: `${safeBase}_tpl_${shortPrint}`,
    building: `${safeBase}_tpl_${shortPrint}_new`,
    worker: (slot) => `${safeBase}_test_${shortPrint}_${slot}`,
    retired: (slot) => `${safeBase}_test_${shortPrint}_${slot}_old`,
  };
}

/** Reads a name back, `undefined` if it is not one that {@link createDatabaseNames} makes. A name alone proves nothing. */
export function parseDatabaseName(name: string): ParsedDatabaseName | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, base = '', template, building, worker, slot, retired] = match;
  return {
    base,
    kind: retired ? 'retired' : worker !== undefined ? 'worker' : building ? 'building' : 'template',
    fingerprint: worker ?? template ?? '',
    slot: slot === undefined ? undefined : Number(slot),
  };
}

function shortenFingerprint(fingerprint: string): string {
  return /^[a-z0-9]{1,16}$/.test(fingerprint) ? fingerprint : hash(fingerprint, 12);
}

function shortenBase(base: string, maxBytes: number): string {
  // ASCII only: the pg driver does not decode every escape in a URL's path, and people type these names into shells.
  const safe = base.replace(/[^A-Za-z0-9_-]/g, '_');
  if (safe === base && safe.length <= maxBytes && safe !== '') return safe;
  return `${safe.slice(0, maxBytes - 9)}_${hash(base, 8)}`;
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
