import { createHash } from 'node:crypto';

/** The models, enums and views of a schema, each by a hash of its text without comments and white space. */
export type SchemaSignature = ReadonlyMap<string, string>;

/** How a client's schema compares with a project's. */
export interface ClientMatch {
  /** Share of common block names, 0 to 1. */
  readonly likeness: number;
  /** Names of the blocks that differ, or that only one side has. */
  readonly differences: readonly string[];
}

const token = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|[{}]|[^\s{}"/]+|\//g;

/** Reads a signature off a schema's text, which may be several files joined. */
export function readSignature(schema: string): SchemaSignature {
  const signature = new Map<string, string>();
  let header: string[] = [];
  let body: string[] | undefined;
  for (const [text] of schema.matchAll(token)) {
    if (text.startsWith('//')) continue;
    if (!body) {
      if (text === '{') body = [];
      else header.push(text);
    } else if (text === '}') {
      const [keyword = '', name = ''] = header.slice(-2);
      if (['model', 'view', 'enum', 'type'].includes(keyword)) signature.set(name, hash(body.join('')));
      header = [];
      body = undefined;
    } else {
      body.push(text);
    }
  }
  return signature;
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
