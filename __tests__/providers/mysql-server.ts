import { createConnection } from 'mariadb';

const server = process.env['MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306';

/** URL of a database on the server that the tests run against. */
export function serverUrl(database: string): string {
  return `${server.replace(/\/+$/, '')}/${database}`;
}

/** Runs SQL on a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  const connection = await createConnection({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    multipleStatements: true,
    ...(database && { database }),
  });
  try {
    const rows: unknown = await connection.query(sql);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}

/** Why the server cannot be used, if it cannot. */
export async function unreachable(): Promise<string | undefined> {
  return query(serverUrl(''), 'SELECT 1').then(
    () => undefined,
    (error: Error) => `no server at ${new URL(server).host} (${error.message}); set MYSQL_URL`,
  );
}
