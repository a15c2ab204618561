import { setTimeout as delay } from 'node:timers/promises';
import type { PgClient, PgDriver } from './postgresql-driver';
import { codeOf, passing } from './postgresql-errors';
import { createIdleClientClass } from './postgresql-idle-client';
import type { PostgresqlUrl } from './postgresql-url';

/** Everything that a session needs to be opened. */
export interface Server {
  readonly driver: PgDriver;
  readonly url: PostgresqlUrl;
}

/** How long a server that starts, or has no connection left, is waited for. */
const patience = 5000;

/** Connects to a database of the server; rejects with the driver's error. */
export async function connect({ driver, url }: Server, database: string): Promise<PgClient> {
  const deadline = Date.now() + patience;
  for (;;) {
    const client = new (createIdleClientClass(driver))({
      connectionString: url.withDatabase(database),
      application_name: 'jest-environment-prisma',
      keepAlive: true,
      connectionTimeoutMillis: 15_000,
    });
    // A failed `connect()` rejects and emits; without a listener the second would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      if (!passing.has(codeOf(error) ?? '') || Date.now() > deadline) throw error;
      await delay(100 + Math.random() * 200);
    }
  }
}
