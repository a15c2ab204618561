/** One statement of a script, and where in the script it begins. */
export interface Statement {
  readonly text: string;
  readonly start: number;
}

/** What may hold semicolons that end nothing: strings, identifiers, dollar quotes, comments. */
const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\n]*\]|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * The statements of a script. A script with bodies (`CREATE TRIGGER … BEGIN … END`) is one statement: to tell which
 * semicolons are inside takes the database's own parser.
 */
export function splitStatements(sql: string): Statement[] {
  const code = sql.replace(opaque, (match) => match.replace(/[^\n]/g, '_'));
  if (/\b(?:trigger|procedure|function|event|begin)\b/i.test(code)) return [{ text: sql, start: 0 }];
  const statements: Statement[] = [];
  let start = 0;
  for (const part of code.split(';')) {
    const text = sql.slice(start, start + part.length);
    const blank = text.search(/\S/);
    if (withoutComments(text).trim() !== '') statements.push({ text: text.trim(), start: start + Math.max(blank, 0) });
    start += part.length + 1;
  }
  return statements;
}

/** Line, from 1, of an offset; leading white space and comments of a statement are not where it fails. */
export function lineOfPosition(sql: string, offset: number): number {
  const lead = /^(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(sql.slice(Math.max(offset, 0)))?.[0].length ?? 0;
  return sql.slice(0, Math.max(offset, 0) + lead).split('\n').length;
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}
