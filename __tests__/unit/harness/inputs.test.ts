import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesUnder, stampFiles } from '../../../src/harness/inputs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'harness-inputs-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stamp = async (): Promise<string> => stampFiles(await filesUnder(folder));

test('a migration that is added, changed or removed is a change', async () => {
  const seen = [await stamp()];
  expect(await stamp()).toBe(seen[0]);
  mkdirSync(path.join(folder, '1_a'));
  writeFileSync(path.join(folder, '1_a', 'migration.sql'), 'SELECT 1;');
  seen.push(await stamp());
  writeFileSync(path.join(folder, '1_a', 'migration.sql'), 'SELECT 1, 2;');
  seen.push(await stamp());
  rmSync(path.join(folder, '1_a'), { recursive: true });
  expect(new Set(seen).size).toBe(3);
  expect(await stamp()).not.toBe(seen[2]);
});

test('a folder that is not there has no files, and a file that is not there a stamp', async () => {
  expect(await filesUnder(undefined)).toEqual([]);
  expect(await filesUnder(path.join(folder, 'nowhere'))).toEqual([]);
  expect(await stampFiles([path.join(folder, 'nothing')])).toBe('absent');
});
