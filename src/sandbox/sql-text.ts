/** What one statement of an SQL text shows without being parsed: its words outside of literals and comments. */
export interface StatementText {
  /** Bare words in upper case, in order. */
  readonly words: readonly string[];
  /** Bare words, and quoted names with their quotes, that a `(` follows. */
  readonly calls: readonly string[];
}

/** How a database's SQL is to be read: the same text may hide a statement in one and show it in another. */
export type SqlFlavour = 'sqlite' | 'postgresql' | 'mysql';

/*
 * Literals, quoted names, comments, words and semicolons. Where a backslash escapes, a quote after one ends nothing;
 * where it does not, that quote ends the string.
 */
const lexemes: Readonly<Record<SqlFlavour, RegExp>> = {
  sqlite:
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*(?:(?:\s|\/\*[\s\S]*?\*\/)*\()?|;/gu,
  postgresql:
    /--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"(?:(?:\s|\/\*[\s\S]*?\*\/)*\()?|\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*(?:(?:\s|\/\*[\s\S]*?\*\/)*\()?|;/gu,
  mysql:
    /--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?![!M])[\s\S]*?\*\/|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`(?:(?:\s|\/\*[\s\S]*?\*\/)*\()?|[\p{L}_][\p{L}\p{N}_$]*(?:(?:\s|\/\*[\s\S]*?\*\/)*\()?|;/gu,
};
const bodies = new Set(['TRIGGER', 'FUNCTION', 'PROCEDURE', 'EVENT']);

/**
 * Splits an SQL text into statements and their bare words. Good enough to tell a `COMMIT` from a column of that name
 * and from a trigger's body; it is no parser and refuses nothing.
 */
export function readStatements(sql: string, flavour: SqlFlavour): readonly StatementText[] {
  const statements: StatementText[] = [];
  let words: string[] = [];
  let calls: string[] = [];
  let depth = 0;
  const finish = (): void => {
    if (words.length > 0) statements.push({ words, calls });
    words = [];
    calls = [];
    depth = 0;
  };
  for (const [text] of sql.matchAll(lexemes[flavour])) {
    if (text === ';') {
      if (depth === 0) finish();
      continue;
    }
    const called = text.endsWith('(');
    // A quoted name that is called is a function of the user's own.
    if (called && /^["`]/.test(text)) calls.push(text);
    if (!/^[\p{L}_]/u.test(text) || /^[eE]'/.test(text)) continue;
    const word = (/^[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? text).toUpperCase();
    // A routine's body has semicolons of its own: they end nothing until its END has come.
    const inRoutine = words[0] === 'CREATE' && words.some((each) => bodies.has(each));
    if (inRoutine && (word === 'BEGIN' || word === 'CASE')) depth += 1;
    if (inRoutine && word === 'END' && depth > 0) depth -= 1;
    words.push(word);
    if (called) calls.push(word);
  }
  finish();
  return statements;
}

/** Whether a statement is more likely than others to have ended a transaction: by a word of it, wherever that stands. */
export function isSuspect(sql: string): boolean {
  return /\b(?:commit|rollback|call|create|alter|drop)\b|\bdo\b(?!\s+(?:nothing|update)\b)/i.test(sql);
}
