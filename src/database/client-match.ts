import { createHash } from 'node:crypto';

/** The models, enums and views of a schema, each by a hash of its text without comments, white space and what `prisma format` moves. */
export type SchemaSignature = ReadonlyMap<string, string>;

/** How a client's schema compares with a project's. */
export interface ClientMatch {
  /** Share of common block names, 0 to 1. */
  readonly likeness: number;
  /** Names of the blocks that differ, or that only one side has. */
  readonly differences: readonly string[];
}

const token = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|[{}]|\n|[^\s{}"/]+|\//g;

/** Reads a signature off a schema's text, which may be several files joined. */
export function readSignature(schema: string): SchemaSignature {
  const signature = new Map<string, string>();
  let header: string[] = [];
  let body: string[] | undefined;
  for (const [text] of schema.matchAll(token)) {
    if (text.startsWith('//')) continue;
    if (!body) {
      if (text === '{') body = [];
      else if (text !== '\n') header.push(text);
    } else if (text === '}') {
      const [keyword = '', name = ''] = header.slice(-2);
      if (['model', 'view', 'enum', 'type'].includes(keyword)) signature.set(name, hash(bodyText(body)));
      header = [];
      body = undefined;
    } else {
      body.push(text);
    }
  }
  return signature;
}

/** `prisma generate` formats the schema that it puts into the client: attributes of a block come after its fields there. */
function bodyText(tokens: readonly string[]): string {
  const entries = [''];
  let depth = 0;
  for (const text of tokens) {
    if (text === '\n') {
      if (depth === 0) entries.push('');
      continue;
    }
    if (!text.startsWith('"')) depth += count(text, /[([]/g) - count(text, /[)\]]/g);
    entries[entries.length - 1] += text;
  }
  const isAttribute = (entry: string): boolean => entry.startsWith('@@');
  const fields = entries.filter((entry) => entry !== '' && !isAttribute(entry));
  return [...fields, ...entries.filter(isAttribute).toSorted()].join('\n');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Compares what a client was generated from with what the project's schema says now. */
export function compareSignatures(client: SchemaSignature, project: SchemaSignature): ClientMatch {
  const names = new Set([...client.keys(), ...project.keys()]);
  const common = [...names].filter((name) => client.has(name) && project.has(name));
  return {
    likeness: names.size === 0 ? 1 : common.length / names.size,
    differences: [...names].filter((name) => client.get(name) !== project.get(name)),
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
