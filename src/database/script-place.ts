/** Where in a script a statement is. */
export interface ScriptPlace {
  /** From 1. */
  readonly line: number;
  readonly statement: string;
}

/** What a driver tells of the statement that failed. */
export interface ScriptFailure {
  /** Offset in the script. */
  readonly position?: number | undefined;
  /** How many statements had been done. */
  readonly statement?: number | undefined;
}

/** What may hold semicolons that end nothing: comments, strings, names, bodies of functions. */
const opaque =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?\$\1\$|\bbegin\s+atomic\b[\s\S]*?\bend\b/giu;

/** The place of a failure in a script; `undefined` where the driver tells nothing of it. */
export function placeInScript(sql: string, { position, statement }: ScriptFailure): ScriptPlace | undefined {
  const statements = statementsOf(sql);
  const found = position === undefined ? statements[statement ?? -1] : statements.findLast(({ start }) => start <= position);
  if (!found) return undefined;
  const offset = Math.max(position ?? 0, found.start);
  return { line: sql.slice(0, offset).split('\n').length, statement: found.text };
}

/** Statements with the offsets of their first words; comments before a statement are not of it. */
function statementsOf(sql: string): { readonly start: number; readonly text: string }[] {
  const code = sql.replace(opaque, (text) => (/^(?:--|\/\*)/.test(text) ? ' ' : 'x').repeat(text.length));
  return [...code.matchAll(/[^;]+/g)].flatMap(({ 0: part, index }) => {
    const lead = part.search(/\S/);
    if (lead < 0) return [];
    return [{ start: index + lead, text: sql.slice(index + lead, index + part.trimEnd().length) }];
  });
}
