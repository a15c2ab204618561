import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const repository: string = path.resolve(__dirname, '../..');

/** What is different from the project as it lies in `projects/`. */
export interface ProjectChanges {
  /** Files by relative path: their text, or `null` to take one away. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** `false` leaves the clients ungenerated. */
  readonly generate?: boolean;
}

/** A copy of a project in a folder of its own, in which `node_modules` resolves to this repository's. */
export interface Project {
  readonly dir: string;
  /** A folder beside the project, for what belongs to the run and not to the user. */
  readonly scratch: string;
  /** Writes or takes away files, and generates what they change. */
  change(changes: ProjectChanges): void;
  /** Relative paths of all files, sorted; generated ones and `node_modules` but for its cache are left out. */
  files(): readonly string[];
  remove(): void;
}

/** Copies `projects/<name>` into a folder of its own and generates its Prisma clients. `undefined` begins with nothing. */
export function openProject(name: string | undefined, changes: ProjectChanges = {}): Project {
  if (!existsSync(path.join(repository, 'dist', 'index.cjs'))) throw new Error('e2e tests run against dist/: npm run build');
  const home = path.join(repository, '.tmp', 'e2e', `${name ?? 'empty'}-${randomUUID().slice(0, 8)}`);
  const dir = path.join(home, 'project');
  const scratch = path.join(home, 'scratch');
  mkdirSync(dir, { recursive: true });
  mkdirSync(scratch);
  if (name !== undefined) cpSync(path.join(__dirname, 'projects', name), dir, { recursive: true });
  const project: Project = {
    dir,
    scratch,
    change({ files = {}, generate = true }) {
      for (const [file, content] of Object.entries(files)) {
        const target = path.join(dir, file);
        if (content === null) rmSync(target, { recursive: true, force: true });
        else {
          mkdirSync(path.dirname(target), { recursive: true });
          writeFileSync(target, content);
        }
      }
      if (generate) for (const folder of prismaFolders(dir)) generateClients(folder);
    },
    files: () => listFiles(dir).filter((file) => !/(^|\/)generated\//.test(file)),
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
  try {
    project.change(changes);
    return project;
  } catch (error) {
    project.remove();
    throw error;
  }
}

/** Folders that hold a Prisma config. */
function prismaFolders(dir: string): string[] {
  const entries = readdirSync(dir, { withFileTypes: true });
  const here = entries.some(({ name }) => /^prisma\.config\.[cm]?[jt]s$/.test(name)) ? [dir] : [];
  const folders = entries.filter((entry) => entry.isDirectory() && !['node_modules', 'generated'].includes(entry.name));
  return [...here, ...folders.flatMap(({ name }) => prismaFolders(path.join(dir, name)))];
}

/**
 * `prisma generate`, once per distinct schema: what it adds to the folder is kept in `.tmp/clients` and copied from
 * there the next time. The generators must have an `output` inside the folder.
 */
function generateClients(folder: string): void {
  const before = listFiles(folder).filter(
    (file) => /\.prisma$|(^|\/)prisma\.config\.|(^|\/)\.env$|(^|\/)tsconfig\.json$/.test(file) && !file.includes('generated/'),
  );
  const hash = createHash('sha256').update(readFileSync(require.resolve('prisma/package.json')));
  for (const file of before) hash.update(`\0${file}\0`).update(readFileSync(path.join(folder, file)));
  const cached = path.join(repository, '.tmp', 'clients', hash.digest('hex').slice(0, 24));
  if (!existsSync(cached)) {
    // What an older schema generated has the same names.
    const known = new Set(listFiles(folder).filter((file) => !/(^|\/)generated\//.test(file)));
    runGenerate(folder);
    const staging = `${cached}.${process.pid}.${randomUUID().slice(0, 8)}`;
    mkdirSync(staging, { recursive: true });
    for (const file of listFiles(folder).filter((name) => !known.has(name)))
      cpSync(path.join(folder, file), path.join(staging, file), { recursive: true });
    try {
      renameSync(staging, cached);
    } catch {
      // Another test file was faster with the same schema.
      rmSync(staging, { recursive: true, force: true });
    }
    return;
  }
  cpSync(cached, folder, { recursive: true });
}

function runGenerate(cwd: string): void {
  // The CLI wants a schema engine to exist, but `generate` never runs it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [require.resolve('prisma/build/index.js'), 'generate'], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prisma generate failed in ${cwd}\n${stdout}${stderr}`);
}

function listFiles(dir: string, prefix = ''): string[] {
  return readdirSync(path.join(dir, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const file = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(dir, file);
      return file.startsWith('node_modules/') && !file.startsWith('node_modules/.cache/') ? [] : [file];
    })
    .toSorted();
}
