import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One import, export-from, `import()` or `require()` of a file. */
export interface SourceImport {
  readonly specifier: string;
  /** Vanishes when compiled. */
  readonly isType: boolean;
  /** At the top of the file, so that loading the one loads the other. */
  readonly isStatic: boolean;
}

/** A file of `src/`. */
export interface SourceFile {
  /** Below `src/`, without extension: `schema/psl`. */
  readonly name: string;
  readonly lines: number;
  readonly imports: readonly SourceImport[];
  /** Every string literal in it. */
  readonly strings: readonly string[];
}

export const repository: string = path.resolve(__dirname, '..');

/** All files of `src/`, as the compiler parses them. */
export function readSources(): readonly SourceFile[] {
  const folder = path.join(repository, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?ts$/.test(file))
    .map((file) => readSource(folder, file.replaceAll('\\', '/')))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The file that a relative import leads to, by the name it has in {@link SourceFile}. */
export function resolveImport(from: SourceFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(from.name), specifier);
}

function readSource(folder: string, file: string): SourceFile {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const imports: SourceImport[] = [];
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text);
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
        imports.push({ specifier: node.moduleSpecifier.text, isType: isTypeOnly(node), isStatic: true });
      }
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      imports.push({ specifier: node.argument.literal.text, isType: true, isStatic: false });
    } else if (ts.isCallExpression(node) && isLoading(node.expression)) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) imports.push({ specifier: argument.text, isType: false, isStatic: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
  return { name: file.replace(/\.[cm]?ts$/, ''), lines: text.trimEnd().split('\n').length, imports, strings };
}

function isLoading(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
  return clause.name === undefined && named.length > 0 && named.every((element) => element.isTypeOnly);
}
