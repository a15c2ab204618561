import { createError, isPrismaTestError, type ErrorDescription } from '../errors';
import type { MysqlUrl } from './mysql-url';

/** What an error is told about where it happened; nothing in it is secret. */
export interface MysqlErrorPlace {
  readonly url: MysqlUrl;
  /** What was being done, as the end of a sentence: `cloning the template`. */
  readonly doing: string;
}

/** Number of the server's error, if the value has one. */
export function errnoOf(error: unknown): number | undefined {
  const errno = (error as { errno?: unknown } | null)?.errno;
  return typeof errno === 'number' ? errno : undefined;
}

const unreachable =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES|ER_CONNECTION_TIMEOUT|ER_SOCKET_UNEXPECTED_CLOSE/;

/** Turns a driver's error into one that says the cause and the cure. Errors of ours pass through. */
export function explainMysqlError(error: unknown, place: MysqlErrorPlace): Error {
  if (isPrismaTestError(error)) return error;
  const { sqlMessage, message, code } = (error ?? {}) as { sqlMessage?: string; message?: string; code?: string };
  const said = [code, sqlMessage ?? message ?? String(error)].filter(Boolean).join(' ');
  const facts = { server: place.url.server, user: place.url.user, said };
  return createError({ ...describe(errnoOf(error), said, place), facts, cause: error });
}

function describe(errno: number | undefined, said: string, { url, doing }: MysqlErrorPlace): ErrorDescription {
  if (errno === 1045 || errno === 1698) {
    return {
      code: 'PRISMA_TEST_MYSQL_LOGIN',
      message: `The database server at ${url.server} refused the login.`,
      cure: 'correct user and password in the URL; in the password @ / ? # % must be percent-encoded',
    };
  }
  if (errno === 1044 || errno === 1142 || errno === 1370 || errno === 1227) {
    return {
      code: 'PRISMA_TEST_MYSQL_RIGHTS',
      message: `The user may not do what tests need: ${doing}.`,
      cure:
        "let it make databases of its own beside the app's:\n" +
        `GRANT ALL ON \`${(url.database ?? 'app').replaceAll('_', '\\_')}\\_%\`.* TO '${url.user ?? 'user'}'@'%';`,
    };
  }
  if (errno === 1040 || errno === 1203 || errno === 1226) {
    return {
      code: 'PRISMA_TEST_MYSQL_CONNECTIONS',
      message: `The database server at ${url.server} has no connection left.`,
      cure: 'end other runs, raise max_connections, or run fewer workers: jest --maxWorkers=4',
    };
  }
  if (/RSA|ER_CANNOT_RETRIEVE_RSA_KEY/.test(said)) {
    return {
      code: 'PRISMA_TEST_MYSQL_RSA_KEY',
      message: 'MySQL wants the password encrypted (caching_sha2_password), and the connection is not.',
      cure: 'add to the URL: ?allowPublicKeyRetrieval=true   (or ?ssl=true)',
    };
  }
  if (unreachable.test(said)) {
    return {
      code: 'PRISMA_TEST_MYSQL_UNREACHABLE',
      message: `The database server at ${url.server} does not answer.`,
      cure: 'start it, for example:  docker run -d -p 3306:3306 -e MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1 --tmpfs /var/lib/mysql mariadb:11\nor correct host and port in the URL',
    };
  }
  return {
    code: 'PRISMA_TEST_MYSQL_FAILED',
    message: `The database server refused a step of the tests' set-up: ${doing}.`,
    cure: 'what the server said is below "said"; its log has more',
  };
}
