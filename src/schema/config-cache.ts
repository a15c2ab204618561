import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfigInputs } from './config-inputs';
import type { ConfigInputs } from './config-inputs';
import { evaluateConfig, resolveConfigPackage } from './prisma-config';
import type { PrismaConfig } from './prisma-config';

/** Where the datasource's URL comes from; the URL itself may be a secret and is never written. */
type UrlSource =
  | { readonly from: 'none' }
  | { readonly from: 'variable'; readonly name: string }
  | { readonly from: 'text'; readonly file: number; readonly start: number; readonly length: number };

interface CacheEntry {
  readonly key: string;
  readonly config: Omit<PrismaConfig, 'url'>;
  readonly url: UrlSource;
}

const format = 1;

/**
 * The Prisma config of a file, as {@link evaluateConfig} gives it, from `cacheDir` while nothing that decides it has
 * changed: evaluating takes half a second, and every worker of every run asks. A config whose inputs cannot be known
 * is evaluated each time; so is one whose URL is computed.
 */
export async function loadConfig(configFile: string, env: NodeJS.ProcessEnv, cacheDir: string | undefined): Promise<PrismaConfig> {
  const inputs = cacheDir === undefined ? undefined : readConfigInputs(configFile);
  if (cacheDir === undefined || inputs === undefined) return evaluateConfig(configFile, env);
  if (inputs.loadsDotenv) await loadDotenv(env);
  const key = inputsKey(configFile, inputs, env);
  const entryFile = path.join(cacheDir, `prisma-config-${hash(configFile).slice(0, 12)}.json`);
  const cached = readEntry(entryFile);
  if (cached?.key === key) {
    const { url, known } = readUrl(cached.url, inputs, env);
    if (known) return { ...cached.config, url };
  }
  const config = await evaluateConfig(configFile, env);
  const entry = makeEntry(key, config, inputs, env);
  if (entry !== undefined) writeEntry(entryFile, entry);
  return config;
}

/** What `import 'dotenv/config'` in the config does, for the runs in which the config is not evaluated. */
async function loadDotenv(env: NodeJS.ProcessEnv): Promise<void> {
  const { parse } = await import('dotenv');
  try {
    const values = parse(readFileSync(path.resolve(env['DOTENV_CONFIG_PATH'] ?? '.env')));
    for (const [name, value] of Object.entries(values)) env[name] ??= value;
  } catch {
    // There need not be one.
  }
}

function inputsKey(configFile: string, inputs: ConfigInputs, env: NodeJS.ProcessEnv): string {
  const values = inputs.variables.map((name) => [name, env[name] ?? null]);
  const loader = resolveConfigPackage(path.dirname(configFile));
  return hash(JSON.stringify([format, loader, packageVersion(loader), inputs.files, values]));
}

function packageVersion(main: string): string {
  try {
    const manifest = readFileSync(path.join(path.dirname(main), '..', 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return '';
  }
}

function makeEntry(key: string, config: PrismaConfig, inputs: ConfigInputs, env: NodeJS.ProcessEnv): CacheEntry | undefined {
  const { url, ...rest } = config;
  const source = findUrl(url, inputs, env);
  const text = JSON.stringify(rest);
  const leaks = inputs.variables.some((name) => {
    const value = env[name];
    return value !== undefined && value.length > 3 && text.includes(JSON.stringify(value).slice(1, -1));
  });
  return source === undefined || leaks ? undefined : { key, config: rest, url: source };
}

function findUrl(url: string | undefined, inputs: ConfigInputs, env: NodeJS.ProcessEnv): UrlSource | undefined {
  if (url === undefined) return { from: 'none' };
  const name = inputs.variables.find((variable) => env[variable] === url);
  if (name !== undefined) return { from: 'variable', name };
  const file = inputs.files.findIndex(({ content }) => content.includes(url));
  if (file === -1) return undefined;
  return { from: 'text', file, start: inputs.files[file]?.content.indexOf(url) ?? 0, length: url.length };
}

function readUrl(source: UrlSource, inputs: ConfigInputs, env: NodeJS.ProcessEnv): { url: string | undefined; known: boolean } {
  if (source.from === 'none') return { url: undefined, known: true };
  const url =
    source.from === 'variable' ? env[source.name] : inputs.files[source.file]?.content.slice(source.start, source.start + source.length);
  return { url, known: url !== undefined };
}

function readEntry(file: string): CacheEntry | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CacheEntry;
  } catch {
    return undefined;
  }
}

/** Renamed into place, so that other workers see a whole file or none. A cache that cannot be written is no cache. */
function writeEntry(file: string, entry: CacheEntry): void {
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, JSON.stringify(entry));
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
