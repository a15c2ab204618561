import { createHash } from 'node:crypto';
import { schemaEngineVersion } from './schema-engine';
import type { SchemaFile, SchemaVariant } from './schema-source';

/** Everything that decides what a template holds. Order matters where the database sees it, and nowhere else. */
export interface FingerprintParts {
  readonly variant: SchemaVariant;
  readonly provider: string;
  readonly source: 'push' | 'migrations' | 'sql';
  readonly push: 'engine' | 'cli';
  /** Files of the option `sql`, in order. */
  readonly sql: readonly SchemaFile[];
  readonly migrations: readonly { readonly name: string; readonly sql: string }[];
  readonly initShadowDb: string | undefined;
  /** The seed's command or file, and the contents of the files that decide what it does. */
  readonly seed: readonly string[];
  /** What the provider's `version()` says. */
  readonly serverVersion: string;
  /** Version of this package. */
  readonly packageVersion: string;
}

/** Raised when a template of the same parts comes to be built otherwise. */
const format = 1;

/**
 * The hash (12 hex digits) under which a template is kept. Absolute paths are no part of it, so that two checkouts of a
 * repository share templates on one server.
 */
export function fingerprint(parts: FingerprintParts): string {
  const { variant, ...rest } = parts;
  const value = {
    format,
    engine: schemaEngineVersion(),
    ...rest,
    sql: parts.sql.map(({ content }) => content),
    schema: variant.files.map(({ content }) => content.trim()).toSorted(),
    defaultSchema: variant.defaultSchema,
    omittedTables: variant.omittedTables.toSorted(),
    omittedEnums: variant.omittedEnums.toSorted(),
    views: variant.views.map(({ sql }) => sql),
  };
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);
}

/** JSON with its keys sorted: how the parts were put together does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
