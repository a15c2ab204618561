import { endOfGroup, parseAttributes, stripComment } from './psl-text';
import type { PslAttribute, Span } from './psl-text';
import type { SchemaFile } from './schema-source';

/** What a block declares. */
export type PslKind = 'model' | 'view' | 'enum' | 'type' | 'datasource' | 'generator';

/** A field of a model, view or type, or a value of an enum (whose `type` is empty). */
export interface PslField {
  readonly name: string;
  /** Without `[]` and `?`: `Int`, `User`, `Unsupported("tsvector")`. */
  readonly type: string;
  readonly optional: boolean;
  readonly list: boolean;
  readonly attributes: readonly PslAttribute[];
  /** From 1. */
  readonly line: number;
  /** The field's text without its line's indentation, its comment and its doc comment included. */
  readonly span: Span;
}

/** A block of a schema file. */
export interface PslBlock {
  readonly kind: PslKind;
  readonly name: string;
  readonly file: SchemaFile;
  /** Lines of the keyword and of the closing brace, from 1. */
  readonly line: number;
  readonly lastLine: number;
  /** From the first doc comment to the closing brace. */
  readonly span: Span;
  readonly keyword: Span;
  /** Offset of the closing brace. */
  readonly close: number;
  /** Lines of the doc comment, without slashes. */
  readonly docs: readonly string[];
  readonly fields: readonly PslField[];
  readonly attributes: readonly PslAttribute[];
  /** `provider = "sqlite"` of a datasource or generator, values as written. */
  readonly settings: Readonly<Record<string, string>>;
}

interface Line {
  readonly text: string;
  /** Text without a comment; empty inside a block comment. */
  readonly code: string;
  readonly start: number;
  readonly number: number;
}

interface OpenBlock {
  readonly kind: PslKind;
  readonly name: string;
  readonly line: number;
  readonly start: number;
  readonly keyword: Span;
  readonly docs: readonly string[];
  readonly fields: PslField[];
  readonly attributes: PslAttribute[];
  readonly settings: Record<string, string>;
}

/** Consecutive `///` lines: where the first begins, and what they say. */
interface Docs {
  readonly start: number;
  readonly lines: readonly string[];
}

const opening = /^\s*(model|view|enum|type|datasource|generator)\s+([\p{L}\p{N}_-]+)\s*\{/u;

/**
 * The blocks of a schema file, in their order. The reader is as line-oriented as Prisma's own grammar, in which a
 * field or an attribute never spans lines; what it does not understand it skips, and the engine reports it.
 */
export function parsePsl(file: SchemaFile): PslBlock[] {
  const blocks: PslBlock[] = [];
  let open: OpenBlock | undefined;
  let docs: Docs | undefined;
  for (const line of readLines(file.content)) {
    const doc = /^\s*\/\/\/ ?(.*)$/.exec(line.text);
    if (doc !== null && line.code.trim() === '') {
      const start = line.start + line.text.indexOf('///');
      docs = { start: docs?.start ?? start, lines: [...(docs?.lines ?? []), doc[1] ?? ''] };
      continue;
    }
    let code = line.code;
    let offset = line.start;
    if (open !== undefined && code.trimStart().startsWith('}')) {
      const brace = code.indexOf('}');
      blocks.push(closeBlock(open, file, line.number, offset + brace));
      open = undefined;
      // `} model B {` is legal: the rest of the line is the top level again.
      code = code.slice(brace + 1);
      offset += brace + 1;
    } else if (open !== undefined) {
      readBodyLine(open, line, docs);
    }
    if (open === undefined) open = openBlock(code, offset, line.number, docs);
    docs = undefined;
  }
  return blocks;
}

function* readLines(content: string): Generator<Line> {
  let commented = false;
  let number = 1;
  let start = 0;
  for (const text of content.split(/(?<=\r\n|\n|\r(?!\n))/)) {
    const bare = text.replace(/[\r\n]+$/, '');
    let code = '';
    if (commented) {
      commented = !bare.includes('*/');
    } else {
      code = stripComment(bare);
      commented = bare.startsWith('/*', code.length) && !bare.includes('*/', code.length + 2);
    }
    yield { text: bare, code, start, number };
    number++;
    start += text.length;
  }
}

function openBlock(code: string, offset: number, line: number, docs: Docs | undefined): OpenBlock | undefined {
  const match = opening.exec(code);
  if (match === null) return undefined;
  const kind = match[1] as PslKind;
  const at = offset + code.indexOf(kind);
  return {
    kind,
    name: match[2] ?? '',
    line,
    start: docs?.start ?? at,
    keyword: { start: at, end: at + kind.length },
    docs: docs?.lines ?? [],
    fields: [],
    attributes: [],
    settings: {},
  };
}

function closeBlock(open: OpenBlock, file: SchemaFile, lastLine: number, close: number): PslBlock {
  const { start, ...rest } = open;
  return { ...rest, file, lastLine, close, span: { start, end: close + 1 } };
}

function readBodyLine(block: OpenBlock, line: Line, docs: Docs | undefined): void {
  const code = line.code.trim();
  if (code === '') return;
  if (code.startsWith('@@')) {
    block.attributes.push(...parseAttributes(code));
  } else if (block.kind === 'datasource' || block.kind === 'generator') {
    const setting = /^([\p{L}\p{N}_-]+)\s*=\s*(.+)$/u.exec(code);
    if (setting !== null) block.settings[setting[1] ?? ''] = setting[2] ?? '';
  } else {
    const start = line.start + line.code.search(/\S/);
    const span = { start: docs?.start ?? start, end: line.start + line.text.length };
    const field = parseField(code, block.kind === 'enum', line.number, span);
    if (field !== undefined) block.fields.push(field);
  }
}

function parseField(code: string, value: boolean, line: number, span: Span): PslField | undefined {
  const name = /^[\p{L}\p{N}_-]+/u.exec(code)?.[0];
  if (name === undefined) return undefined;
  let rest = code.slice(name.length).trimStart();
  if (value) return { name, type: '', optional: false, list: false, attributes: parseAttributes(rest), line, span };
  let type = /^[\p{L}\p{N}_]+/u.exec(rest)?.[0] ?? '';
  rest = rest.slice(type.length);
  if (type === 'Unsupported') {
    const group = rest.slice(0, endOfGroup(rest, rest.indexOf('(')));
    type += group.trim();
    rest = rest.slice(group.length);
  }
  const [arity = ''] = /^[\s[\]?]*/.exec(rest) ?? [];
  return {
    name,
    type,
    optional: arity.includes('?'),
    list: arity.includes('['),
    attributes: parseAttributes(rest.slice(arity.length)),
    line,
    span,
  };
}
