import { execFileSync } from 'node:child_process';
import { Client } from 'pg';

/** Asks the database that DATABASE_URL names now, without Prisma. */
export async function raw(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The same from another process. */
export function inChild(sql: string): string {
  const code = `const { Client } = require('pg'); const c = new Client({ connectionString: process.env.DATABASE_URL });
c.connect().then(() => c.query(${JSON.stringify(sql)})).then((r) => { console.log(JSON.stringify(r.rows)); return c.end(); });`;
  return execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }).trim();
}
