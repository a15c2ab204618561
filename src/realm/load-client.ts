import { createError } from '../errors';
import type { SessionDatabase } from '../session';
import { captureCallSite } from './call-site';
import { explainLoading } from './explain-client';
import type { ModuleLoader } from './module-loader';
import { shownAt, toRealmError } from './realm-error';

/** The client of a database: what the app's module exports, or a new one of the generated class. */
export function loadClient(database: SessionDatabase, loader: ModuleLoader): unknown {
  const { appClient, generatedClient } = database;
  if (appClient) return exportedClient(appClient, loader.load(appClient.module));
  if (!generatedClient) throw missing(database);
  const { PrismaClient } = loadGenerated(database, generatedClient.module, loader);
  return new PrismaClient({ adapter: database.adapter });
}

type Generated = { readonly PrismaClient: new (options: object) => unknown };

function loadGenerated(database: SessionDatabase, module: string, loader: ModuleLoader): Generated {
  let generated: Partial<Generated>;
  try {
    generated = loader.load(module);
  } catch (error) {
    const { code, message = '' } = error as { code?: string; message?: string };
    if (code === 'MODULE_NOT_FOUND' && message.includes(module.replaceAll('\\', '/').split('/').at(-1) ?? module)) {
      throw missing(database);
    }
    throw explainLoading(module, error);
  }
  if (typeof generated.PrismaClient !== 'function') throw missing(database);
  return generated as Generated;
}

function missing(database: SessionDatabase): unknown {
  return toRealmError(database.clientMissing(), captureCallSite().location());
}

/** The client that a module of the app exports: by name, else the one export that is a client. */
function exportedClient({ module, exportName }: NonNullable<SessionDatabase['appClient']>, exports: Record<string, unknown>): unknown {
  const candidates = exportName ? [exportName] : ['default', 'prisma', 'db', 'client', ...Object.keys(exports)];
  const found = candidates.map((name) => exports[name]).find(isClient);
  if (found) return found;
  const error = createError({
    code: 'PRISMA_TEST_CLIENT_EXPORT',
    message: `The module of the option 'client' exports no Prisma client${exportName ? ` named '${exportName}'` : ''}.`,
    facts: { module, exports: Object.keys(exports).join(', ') || 'none' },
    cure: "client: './src/db.ts#name', with the name of the export that is the client",
  });
  throw shownAt(error, captureCallSite().location());
}

function isClient(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { $connect?: unknown }).$connect === 'function';
}
