import { Client } from 'pg';

const server = process.env['POSTGRESQL_URL'] ?? 'postgresql://postgres@127.0.0.1:5432';

/** URL of a database on the server that the tests run against. */
export function serverUrl(database: string): string {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/** Runs SQL on a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Why the server cannot be used, if it cannot. */
export async function unreachable(): Promise<string | undefined> {
  return query(serverUrl('postgres'), 'SELECT 1').then(
    () => undefined,
    (error: Error) => `no server at ${new URL(server).host} (${error.message}); set POSTGRESQL_URL`,
  );
}
