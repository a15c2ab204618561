import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Everything that decides what a Prisma config evaluates to. */
export interface ConfigInputs {
  /** The config file and the files it imports, with their texts. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  /** Environment variables it reads, sorted. */
  readonly variables: readonly string[];
  /** It loads the `.env` of the working directory, as `import 'dotenv/config'` does. */
  readonly loadsDotenv: boolean;
}

/** Modules whose result depends on nothing but their arguments. */
const pureModules = new Set(
  ['prisma/config', '@prisma/config', 'dotenv', 'dotenv/config', 'path', 'url'].flatMap((name) => [name, `node:${name}`]),
);
const extensions = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json', '/index.ts', '/index.js'];

/** What the world decides, not the text: a config that names any of these is evaluated anew each time. */
const impure =
  /\b(?:Date|Math|Function|eval|fetch|globalThis|global|await|performance|crypto|Bun|Deno|Reflect|module|resolve\.paths)\b|import\.meta\.(?!url\b|dirname\b|filename\b)|\brequire\s*(?!\()|\bimport\s*\(/;

/**
 * Reads off a config's text what decides its result; `undefined` where the text does not tell. Deliberately narrow: a
 * config that is doubtful costs half a second, one that is cached wrongly costs an afternoon.
 */
export function readConfigInputs(configFile: string): ConfigInputs | undefined {
  const files = new Map<string, string>();
  const variables = new Set<string>();
  let loadsDotenv = false;
  const pending = [configFile];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    const content = readFileSync(file, 'utf8');
    files.set(file, content);
    if (path.extname(file) === '.json') continue;
    const module = readModule(content);
    if (module === undefined) return undefined;
    for (const specifier of module.imports) {
      if (specifier === 'dotenv/config') loadsDotenv = true;
      if (pureModules.has(specifier)) continue;
      const imported = specifier.startsWith('.') ? resolveFile(path.resolve(path.dirname(file), specifier)) : undefined;
      if (imported === undefined) return undefined;
      pending.push(imported);
    }
    loadsDotenv ||= module.loadsDotenv;
    for (const name of module.variables) variables.add(name);
  }
  return {
    files: [...files].map(([file, content]) => ({ path: file, content })),
    variables: [...variables].toSorted(),
    loadsDotenv,
  };
}

function readModule(content: string): { imports: string[]; variables: string[]; loadsDotenv: boolean } | undefined {
  let code = removeComments(content);
  const imports: string[] = [];
  const variables: string[] = [];
  const take = (pattern: RegExp, into: string[]): void => {
    code = code.replace(pattern, (...match: string[]) => {
      into.push(match[1] ?? '');
      return ' ';
    });
  };
  // A name that is given to something else hides what it reads.
  if (/\benv\s+as\b|\bprocess\s+as\b|\benv\s*:/.test(code)) return undefined;
  take(/\b(?:import|export)\b[^'"`;()=]*?\bfrom\s*['"]([^'"]+)['"]/g, imports);
  take(/\bimport\s*['"]([^'"]+)['"]/g, imports);
  take(/\brequire\s*\(\s*['"]([^'"]+)['"]\s*\)/g, imports);
  take(/\bprocess\s*\.\s*env\s*\??\.\s*([A-Za-z_]\w*)/g, variables);
  take(/\bprocess\s*\.\s*env\s*(?:\?\.)?\s*\[\s*['"]([^'"]+)['"]\s*\]/g, variables);
  take(/(?<![\w.])env(?:\s*<[^<>()]*>)?\s*\(\s*['"]([^'"]+)['"]\s*\)/g, variables);
  const dotenv: string[] = [];
  take(/\b(?:dotenv\s*\.\s*)?config\s*(\(\s*(?:\{\s*quiet\s*:\s*(?:true|false)\s*,?\s*\}\s*)?\))/g, dotenv);
  let bare = code.replace(/(["'])(?:\\.|(?!\1)[^\\\n])*\1/g, '""');
  // A CommonJS config says what it exports, and that is all it does with `module`.
  bare = bare.replace(/\bmodule\s*\.\s*exports\s*=(?!=)/g, ' ');
  // What is left of these names is used in a way that does not tell what is read.
  if (/\bprocess\b|(?<![\w.])env\s*[(<]|\bdotenv\s*[.[]|(?<!\w)config\s*\(/.test(bare) || impure.test(bare)) return undefined;
  return { imports, variables, loadsDotenv: dotenv.length > 0 };
}

/** The code without its comments; those in strings stay. Templates are strings here: what they compute is code. */
function removeComments(content: string): string {
  return content.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? ' ');
}

function resolveFile(base: string): string | undefined {
  // TypeScript sources name their neighbours by the names of the built files.
  const candidates = [...extensions.map((extension) => base + extension), base.replace(/\.([cm]?)js$/, '.$1ts')];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
