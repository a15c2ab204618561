import { createError } from '../errors';
import type { PgClient } from './postgresql-driver';
import { codeOf, explainPostgresqlError } from './postgresql-errors';
import type { Server } from './postgresql-connect';
import type { TemplateTarget } from './provider';

/** A template in the making, with the one connection through which it is filled. */
export interface OpenTarget extends TemplateTarget {
  /** Closes the connection. */
  close(): Promise<void>;
}

/** Opens a database that is being built; it connects when the first SQL is run. */
export function openTarget(server: Server, database: string): OpenTarget {
  const url = server.url.withDatabase(database);
  let client: Promise<PgClient> | undefined;
  const connect = async (): Promise<PgClient> => {
    const made = new server.driver.Client({ connectionString: url, application_name: 'jest-environment-prisma template' });
    made.on('error', () => undefined);
    await made.connect().catch((error: unknown) => {
      throw explainPostgresqlError(error, { url: server.url, doing: 'connecting to the template' });
    });
    return made;
  };
  return {
    url,
    async execute(sql) {
      const open = await (client ??= connect());
      let done = 0;
      const count = (): number => done++;
      open.connection.on('commandComplete', count);
      try {
        await open.query(sql);
      } catch (error) {
        throw locate(error, sql, done);
      } finally {
        open.connection.off('commandComplete', count);
      }
      await reset(open);
    },
    async close() {
      await (await client?.catch(() => undefined))?.end().catch(() => undefined);
    },
  };
}

/** `SET` and temporary tables of one script must not reach the next one; a transaction left open would be lost. */
async function reset(client: PgClient): Promise<void> {
  try {
    await client.query('DISCARD ALL');
  } catch (error) {
    if (codeOf(error) !== '25001') throw error;
    throw createError({
      code: 'PRISMA_TEST_SQL_LEFT_OPEN',
      message: 'The SQL begins a transaction and does not end it: its work would be lost.',
      cure: 'add COMMIT; at its end (or leave BEGIN out: a script runs in one transaction anyway)',
      cause: error,
    });
  }
}

/** PostgreSQL counts characters from 1; JavaScript's strings count UTF-16 units from 0. */
function locate(error: unknown, sql: string, statements: number): unknown {
  const found = error as { position?: unknown; statement?: number } | null;
  if (typeof found !== 'object' || found === null) return error;
  found.statement = statements;
  const characters = Number(found.position);
  if (characters > 0)
    found.position = Array.from(sql)
      .slice(0, characters - 1)
      .join('').length;
  else delete found.position;
  return error;
}
