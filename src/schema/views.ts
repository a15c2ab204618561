import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { PslBlock } from './psl';
import type { PrismaProject, SchemaVariant } from './schema-source';
import { databaseName, databaseSchema, quoteIdentifier } from './table-name';

/** A view's definition in the project's views folder. */
export interface ViewDefinition {
  readonly block: PslBlock;
  readonly path: string;
  /** The file's text: a query as `prisma db pull` writes it, or a whole `CREATE VIEW` statement. */
  readonly content: string;
}

/**
 * The definition of a view: `<views>/<database schema>/<name>.sql`, the layout of `prisma db pull`. Where the database
 * has no schemas the folder's name is the database's, which tests do not know: any folder is looked into.
 */
export function findViewDefinition(project: PrismaProject, block: PslBlock, defaultSchema: string | undefined): ViewDefinition | undefined {
  const { viewsPath } = project;
  if (viewsPath === undefined || !existsSync(viewsPath)) return undefined;
  const schema = databaseSchema(block, defaultSchema);
  const folders = schema === undefined ? ['', ...subfolders(viewsPath)] : [schema, ''];
  const candidates = folders.flatMap((folder) =>
    [block.name, databaseName(block)].map((name) => path.join(viewsPath, folder, `${name}.sql`)),
  );
  const found = candidates.find((file) => existsSync(file));
  return found === undefined ? undefined : { block, path: found, content: readFileSync(found, 'utf8') };
}

/** `CREATE VIEW` statements of views, each after the views that it reads. */
export function createViews(
  definitions: readonly ViewDefinition[],
  provider: PrismaProject['provider'],
  defaultSchema: string | undefined,
): SchemaVariant['views'] {
  return inOrder(definitions).map(({ block, path: file, content }) => {
    const schema = databaseSchema(block, defaultSchema);
    const name = [schema, databaseName(block)].flatMap((part) => (part === undefined ? [] : quoteIdentifier(part, provider)));
    const body = content.trim().replace(/;\s*$/, '');
    const sql = /^create\b/i.test(withoutComments(body).trim()) ? body : `CREATE VIEW ${name.join('.')} AS\n${body}`;
    return { name: block.name, path: file, sql };
  });
}

function inOrder(definitions: readonly ViewDefinition[]): ViewDefinition[] {
  const ordered = new Set<ViewDefinition>();
  const visiting = new Set<ViewDefinition>();
  const visit = (definition: ViewDefinition): void => {
    // A circle is either a recursive view or a name that means something else: the order given is as good as any.
    if (ordered.has(definition) || visiting.has(definition)) return;
    visiting.add(definition);
    const text = withoutComments(definition.content).replace(/'(?:[^']|'')*'/g, `''`);
    for (const other of definitions) if (other !== definition && mentions(text, databaseName(other.block))) visit(other);
    ordered.add(definition);
  };
  for (const definition of definitions) visit(definition);
  return [...ordered];
}

function mentions(sql: string, name: string): boolean {
  const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}_$])${escaped}(?![\p{L}\p{N}_$])`, 'iu').test(sql);
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}
