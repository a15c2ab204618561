import { createError } from '../errors';

/** A MySQL or MariaDB connection URL, taken apart as far as a provider needs it. */
export interface MysqlUrl {
  /** Database that the URL names; `undefined` when it names none. */
  readonly database: string | undefined;
  /** User that the URL names; `undefined` when it names none. */
  readonly user: string | undefined;
  /** `127.0.0.1:3306` or a socket's file: for messages. Never shows the password. */
  readonly server: string;
  /** What the driver is told, the database apart. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The same server, user and parameters with another database. */
  withDatabase(name: string): string;
}

const shape = /^((?:mysql|mariadb):\/\/)([^/?#]*)(?:\/([^?#]*))?(\?[^#]*)?$/i;

/** Parameters that Prisma's own engines knew and the driver calls otherwise. */
const renamed: Readonly<Record<string, string>> = {
  socket: 'socketPath',
  connection_limit: 'connectionLimit',
  connect_timeout: 'connectTimeout',
};

/** Takes a URL apart without changing a byte of what is not the database's name. */
export function parseMysqlUrl(url: string): MysqlUrl {
  const match = shape.exec(url.trim());
  if (!match) throw invalidUrl('it is not of the form mysql://user:password@host:3306/database');
  const [, scheme = '', authority = '', path, search = ''] = match;
  const at = authority.lastIndexOf('@');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  const [user = '', ...secret] = at < 0 ? [] : authority.slice(0, at).split(':');
  const parameters = readParameters(search);
  const place = {
    host: decode(host.replace(/^\[|\]$/g, ''), 'host') || 'localhost',
    port: port ? Number(port) : 3306,
    ...(user && { user: decode(user, 'user') }),
    ...(secret.length > 0 && { password: decode(secret.join(':'), 'password') }),
  };
  const socket = parameters['socketPath'];
  return {
    database: path ? decode(path, 'database') : undefined,
    user: place.user,
    server: typeof socket === 'string' ? socket : `${place.host}:${place.port}`,
    config: { ...parameters, ...place },
    withDatabase: (name) => `${scheme}${authority}/${encodeURIComponent(name)}${search}`,
  };
}

/** The driver converts the parameters of a URL itself, but not those of a settings object. */
function readParameters(search: string): Record<string, unknown> {
  const entries = [...new URLSearchParams(search)].map(([name, text]) => {
    const key = renamed[name] ?? name;
    if (name === 'connect_timeout') return [key, Number(text) * 1000];
    if (text === 'true' || text === 'false') return [key, text === 'true'];
    return [key, /^\d+$/.test(text) ? Number(text) : text];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrl(`its ${part} has a % that does not begin an escape`);
  }
}

function invalidUrl(reason: string): Error {
  return createError({
    code: 'PRISMA_TEST_MYSQL_URL_INVALID',
    message: `The database URL is not one of MySQL or MariaDB: ${reason}.`,
    cure:
      'write it as mysql://user:password@host:3306/database\n' +
      'characters like @ / ? # % in a password must be percent-encoded: encodeURIComponent(password)',
  });
}
