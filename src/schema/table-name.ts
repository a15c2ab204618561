import type { PslBlock } from './psl';
import { attributeString, stringValue } from './psl-text';
import type { PrismaProject } from './schema-source';

/** Name of a table, view or enum in the database: `@@map`'s, else the block's own. */
export function databaseName(block: PslBlock): string {
  return attributeString(block.attributes, 'map') ?? block.name;
}

/** Database schema of a block: `@@schema`'s, else the default; `undefined` where the database has none. */
export function databaseSchema(block: PslBlock, defaultSchema: string | undefined): string | undefined {
  return defaultSchema === undefined ? undefined : (attributeString(block.attributes, 'schema', 'map') ?? defaultSchema);
}

/** The name by which Prisma's filters know a table or enum: `schema.table` where there are schemas, else plain. */
export function filterName(block: PslBlock, defaultSchema: string | undefined): string {
  const schema = databaseSchema(block, defaultSchema);
  return schema === undefined ? databaseName(block) : `${schema}.${databaseName(block)}`;
}

/** Database schema of tables without `@@schema`, as the CLI and the adapters agree on it. */
export function defaultSchemaOf({ provider, url }: Pick<PrismaProject, 'provider' | 'url'>): string | undefined {
  if (provider !== 'postgresql' && provider !== 'cockroachdb') return undefined;
  try {
    return new URL(url ?? '').searchParams.get('schema') || 'public';
  } catch {
    return 'public';
  }
}

/** A URL that says in which database schema tables are that name none: the CLI and the engine read it there. */
export function inSchema(url: string, schema: string | undefined): string {
  if (schema === undefined || schema === 'public') return url;
  const changed = new URL(url);
  changed.searchParams.set('schema', schema);
  return changed.href;
}

/** A string setting of a datasource or generator. */
export function stringSetting(block: PslBlock | undefined, name: string): string | undefined {
  return stringValue(block?.settings[name]);
}

/** An identifier as the provider's SQL writes it. */
export function quoteIdentifier(name: string, provider: PrismaProject['provider']): string {
  if (provider === 'mysql') return `\`${name.replaceAll('`', '``')}\``;
  if (provider === 'sqlserver') return `[${name.replaceAll(']', ']]')}]`;
  return `"${name.replaceAll('"', '""')}"`;
}
