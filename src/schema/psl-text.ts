/** A piece of a text: offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A replacement in a text. */
export interface Edit extends Span {
  readonly text: string;
}

/** One argument of an attribute or a function, as written: `fields: [userId]` has the name `fields`. */
export interface PslArgument {
  readonly name: string | undefined;
  readonly value: string;
}

/** `@map("x")`, `@db.VarChar(3)`, `@@index([a, b])`. The name is without its `@`s. */
export interface PslAttribute {
  readonly name: string;
  readonly args: readonly PslArgument[];
}

/**
 * The text with its edits made. Lines keep their numbers whatever is taken out: an edit's new text is followed by as
 * many line breaks as it removes beyond its own, because the engine's messages name lines of the user's own file.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) {
    const removed = lineBreaks(text.slice(edit.start, edit.end));
    const kept = removed.slice(lineBreaks(edit.text).length).join('');
    result = result.slice(0, edit.start) + edit.text + kept + result.slice(edit.end);
  }
  return result;
}

/** The line number, from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  return lineBreaks(text.slice(0, offset)).length + 1;
}

function lineBreaks(text: string): string[] {
  return text.match(/\r\n|\n|\r/g) ?? [];
}

/** The part of a line that is not its trailing comment; a `//` in a string does not begin one. */
export function stripComment(line: string): string {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') at = endOfString(line, at) - 1;
    else if (line[at] === '/' && (line[at + 1] === '/' || line[at + 1] === '*')) return line.slice(0, at);
  }
  return line;
}

/** The attributes in a piece of one line: `@id @default(autoincrement()) @map("i d")`. */
export function parseAttributes(text: string): PslAttribute[] {
  const attributes: PslAttribute[] = [];
  const opening = /@{1,2}\s*([\p{L}\p{N}_.-]+)\s*/uy;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at)) {
    opening.lastIndex = at;
    const match = opening.exec(text);
    if (match === null) return attributes;
    at = opening.lastIndex;
    let args: readonly PslArgument[] = [];
    if (text[at] === '(') {
      const end = endOfGroup(text, at);
      args = parseArguments(text.slice(at + 1, text[end - 1] === ')' ? end - 1 : end));
      at = end;
    }
    attributes.push({ name: match[1] ?? '', args });
  }
  return attributes;
}

/** The arguments in `a, b: [c, d], e(f)`. */
export function parseArguments(text: string): PslArgument[] {
  return splitTopLevel(text).map((part) => {
    const named = /^([\p{L}_][\p{L}\p{N}_]*)\s*:\s*([\s\S]*)$/u.exec(part);
    return named === null ? { name: undefined, value: part } : { name: named[1], value: (named[2] ?? '').trim() };
  });
}

/** The elements of `["a", b]`; a value that is no list is a list of one. */
export function listElements(value: string): string[] {
  const trimmed = value.trim();
  return trimmed.startsWith('[') ? splitTopLevel(trimmed.slice(1, -1)) : [trimmed];
}

/** The text of a string literal; anything else is `undefined`. */
export function stringValue(value: string | undefined): string | undefined {
  if (value === undefined || !/^"[\s\S]*"$/.test(value)) return undefined;
  return value.slice(1, -1).replace(/\\(u[\da-fA-F]{4}|.)/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t' }[escape] ?? escape;
  });
}

/** The string of an attribute's argument by name, or of its first nameless one: `@@map("x")`, `@@map(name: "x")`. */
export function attributeString(attributes: readonly PslAttribute[], attribute: string, name = 'name'): string | undefined {
  const found = attributes.find((candidate) => candidate.name === attribute);
  const value = found?.args.find((arg) => arg.name === name) ?? found?.args.find((arg) => arg.name === undefined);
  return stringValue(value?.value);
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '(' || character === '[' || character === '{') at = endOfGroup(text, at) - 1;
    else if (character === ',') {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}

/** Where the group that opens at `at` ends (exclusive); the text's end if it never does. */
export function endOfGroup(text: string, at: number): number {
  let depth = 0;
  for (let here = at; here < text.length; here++) {
    const character = text[here];
    if (character === '"') here = endOfString(text, here) - 1;
    else if (character === '(' || character === '[' || character === '{') depth++;
    else if (character === ')' || character === ']' || character === '}') {
      depth--;
      if (depth === 0) return here + 1;
    }
  }
  return text.length;
}

function endOfString(text: string, at: number): number {
  for (let here = at + 1; here < text.length; here++) {
    if (text[here] === '\\') here++;
    else if (text[here] === '"') return here + 1;
  }
  return text.length;
}
