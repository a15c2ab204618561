import type { MysqlConnection } from './mysql-driver';
import { errnoOf } from './mysql-errors';
import { connect, type MysqlServer } from './mysql-session';
import type { TemplateTarget } from './provider';

/** A template in the making, with the one connection through which it is filled. */
export interface MysqlTarget extends TemplateTarget {
  /** Closes the connection. */
  close(): Promise<void>;
}

/** Opens a database that is being built; it connects when the first SQL is run. */
export function openMysqlTarget(server: MysqlServer, database: string): MysqlTarget {
  let connection: Promise<MysqlConnection> | undefined;
  return {
    url: server.url.withDatabase(database),
    async execute(sql) {
      if (!/\S/.test(sql)) return;
      const open = await (connection ??= connect(server, database));
      try {
        await open.query(sql);
      } catch (error) {
        // A script of nothing but comments is no statement to the server.
        if (errnoOf(error) !== 1065) throw locate(error, sql);
      }
      // Dumps end with `COMMIT`, or not; what they set for their session must not reach the next script.
      await open.query('COMMIT');
      await open.reset();
      await open.query(`USE \`${database}\``);
    },
    async close() {
      await (await connection?.catch(() => undefined))?.end().catch(() => undefined);
    },
  };
}

/**
 * The server tells the place by the text that follows it; where that text occurs once, it is a position. Its message is
 * shown without the statement that the driver appends.
 */
function locate(error: unknown, sql: string): unknown {
  const found = error as { sqlMessage?: string | null; message?: string; position?: number } | null;
  if (typeof found !== 'object' || found === null) return error;
  if (found.sqlMessage) {
    const hint = /^\s*DELIMITER\s/im.test(sql)
      ? ' (DELIMITER is a command of the mysql program, not of the server: leave it out, bodies need none)'
      : '';
    found.message = `${found.sqlMessage}${hint}`;
  }
  const [, near] = /near '([\s\S]*?)' at line \d+$/.exec(found.sqlMessage ?? '') ?? [];
  const at = near ? sql.indexOf(near) : -1;
  if (near && at >= 0 && sql.indexOf(near, at + 1) < 0) found.position = at;
  return error;
}
