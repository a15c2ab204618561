import type { ProviderName } from '../providers/provider';

/** A Prisma schema file: an absolute path (for messages) and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** A `generator` block that makes a client, and where it puts it. */
export interface ClientGenerator {
  readonly name: string;
  readonly provider: 'prisma-client-js' | 'prisma-client';
  /** Folder of the generated client, absolute; `undefined` when `prisma-client-js` writes into `node_modules`. */
  readonly output: string | undefined;
  readonly moduleFormat: 'cjs' | 'esm' | undefined;
  readonly importFileExtension: string | undefined;
}

/** A Prisma project as Prisma itself finds it, with the test-relevant parts of its config. All paths are absolute. */
export interface PrismaProject {
  /** `prisma.config.ts`, if there is one. */
  readonly configFile: string | undefined;
  /** Folder that the config's paths are relative to. */
  readonly baseDir: string;
  /** Schema files, sorted by path. */
  readonly files: readonly SchemaFile[];
  /** Provider of the datasource block, by Prisma's name (`postgres` is `postgresql`). */
  readonly provider: ProviderName | 'cockroachdb' | 'sqlserver' | 'mongodb';
  /** Datasource URL of the config; `undefined` when none is set (its `env()` variable is missing, or there is no datasource). */
  readonly url: string | undefined;
  readonly generators: readonly ClientGenerator[];
  readonly externalTables: readonly string[];
  readonly externalEnums: readonly string[];
  /** Folder of view definitions (`views.path`), if set. */
  readonly viewsPath: string | undefined;
  /** Folder of migrations (default `migrations` beside the schema). */
  readonly migrationsPath: string;
  /** SQL of `migrations.initShadowDb`. */
  readonly initShadowDb: string | undefined;
  /** Command of `migrations.seed`. */
  readonly seedCommand: string | undefined;
}

/** What a user wants other than the plain schema. */
export interface VariantOptions {
  readonly external: 'create' | 'omit' | { readonly create?: readonly string[]; readonly omit?: readonly string[] };
  /** Overlay files, read. */
  readonly overlay: readonly SchemaFile[];
  /** Names of models, views or enums to leave out. */
  readonly exclude: readonly string[];
}

/** The test-only schema variant: data, never files in the user's tree. */
export interface SchemaVariant {
  /**
   * What is pushed; paths and line numbers are the user's own wherever the text is. A path may occur twice: a view that
   * is made a table stands in an entry of its own.
   */
  readonly files: readonly SchemaFile[];
  /** Database schema of tables without `@@schema`: the URL's `schema` or `public`; `undefined` where there are none. */
  readonly defaultSchema: string | undefined;
  /** Tables and enums that must get no DDL (external and omitted), by Prisma's filter names. */
  readonly omittedTables: readonly string[];
  readonly omittedEnums: readonly string[];
  /** `CREATE VIEW` statements of the views that have a definition, in the order they can be created in. */
  readonly views: readonly { readonly name: string; readonly path: string; readonly sql: string }[];
}
