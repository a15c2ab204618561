import type { AdapterPackage } from './provider';

/** The first constructor argument of both packages is an object with the URL in it, the second the conversions. */
function argumentsFor(url: string, appArguments: readonly unknown[] | undefined): readonly unknown[] {
  const [config, ...rest] = appArguments ?? [];
  const { authToken: _authToken, syncUrl: _syncUrl, ...kept } = (config ?? {}) as Record<string, unknown>;
  return [{ ...kept, url }, ...rest];
}

/** `@prisma/adapter-better-sqlite3` where it is installed, else `@prisma/adapter-libsql`, which needs no compiler. */
export const sqliteAdapters: readonly AdapterPackage[] = [
  { name: '@prisma/adapter-better-sqlite3', exportName: 'PrismaBetterSqlite3', argumentsFor },
  { name: '@prisma/adapter-libsql', exportName: 'PrismaLibSql', argumentsFor },
];
