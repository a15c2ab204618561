import { markerProcedure, quoteName } from './mysql-catalog';
import type { MysqlRow } from './mysql-driver';
import type { MysqlSession } from './mysql-session';

/** What a database is made of, as statements that make it again in another one. */
export interface MysqlStructure {
  readonly collation: string;
  /** Statements that make everything up to the rows, in order. */
  readonly before: readonly string[];
  /** Tables with their columns that take values, generated ones left out. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Statements for what would act on rows: views, triggers, events. */
  readonly after: readonly string[];
}

const doing = 'reading the template';

/** Reads the structure of a database off the server's own `SHOW CREATE`. */
export async function readStructure(session: MysqlSession, database: string): Promise<MysqlStructure> {
  const ask = (sql: string): Promise<readonly MysqlRow[]> => session.query(doing, sql, sql.includes('?') ? [database] : undefined);
  // In their own database names stand unqualified, and fit any other.
  await ask(`USE ${quoteName(database)}`);
  const [schema, relations, columns, routines, triggers, events] = await Promise.all([
    ask('SELECT DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?'),
    ask('SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY 1'),
    ask(`SELECT TABLE_NAME AS name, COLUMN_NAME AS col FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?
      AND EXTRA NOT LIKE '%VIRTUAL GENERATED%' AND EXTRA NOT LIKE '%STORED GENERATED%' ORDER BY 1, ORDINAL_POSITION`),
    ask(
      `SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_NAME <> '${markerProcedure}' ORDER BY 1`,
    ),
    ask('SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY EVENT_OBJECT_TABLE, ACTION_ORDER'),
    ask('SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY 1'),
  ]);
  const ofType = (...types: string[]): string[] =>
    relations.filter(({ type }) => types.includes(String(type))).map(({ name }) => String(name));
  const show = async (kind: string, name: string): Promise<string> => creation(await ask(`SHOW CREATE ${kind} ${quoteName(name)}`));
  const all = (kind: string, names: readonly string[]): Promise<string[]> => Promise.all(names.map((name) => show(kind, name)));

  const tables = ofType('BASE TABLE', 'SYSTEM VERSIONED');
  const sequences = ofType('SEQUENCE');
  const views = ofType('VIEW');
  return {
    collation: String(schema[0]?.['collation']),
    before: [
      ...(await all('SEQUENCE', sequences)),
      ...(await Promise.all(routines.map(({ name, type }) => show(String(type), String(name))))),
      ...(await all('TABLE', tables)),
    ],
    tables: [...tables, ...sequences].map((name) => ({
      name,
      columns: columns.filter((column) => column['name'] === name).map((column) => String(column['col'])),
    })),
    after: [
      ...inOrder(views, await all('VIEW', views)),
      ...(await all(
        'TRIGGER',
        triggers.map(({ name }) => String(name)),
      )),
      ...(
        await all(
          'EVENT',
          events.map(({ name }) => String(name)),
        )
      ).map((sql) => sql.replace(/( ON COMPLETION (?:NOT )?PRESERVE) ENABLE\b/, '$1 DISABLE')),
    ],
  };
}

/** The statement in an answer of `SHOW CREATE`, with the SQL mode it wants. Whoever replays it is its definer. */
function creation([row]: readonly MysqlRow[]): string {
  const entries = Object.entries(row ?? {});
  const [, text] = entries.find(([name, value]) => /^(?:create |sql original statement)/i.test(name) && typeof value === 'string') ?? [];
  const sql = String(text).replace(/^CREATE(.*?) DEFINER=(?:`(?:[^`]|``)*`@`(?:[^`]|``)*`|\S+)/s, 'CREATE$1');
  const mode = row?.['sql_mode'];
  return typeof mode === 'string' ? `SET sql_mode = '${mode}'; ${sql}; SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'` : sql;
}

/** Views after those that they are made of. */
function inOrder(names: readonly string[], statements: readonly string[]): string[] {
  const waiting = new Map(names.map((name, index) => [name, statements[index] ?? '']));
  const ordered: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(
      ([name, sql]) => ![...waiting.keys()].some((other) => other !== name && sql.includes(quoteName(other))),
    );
    for (const [name, sql] of ready.length > 0 ? ready : waiting) {
      ordered.push(sql);
      waiting.delete(name);
    }
  }
  return ordered;
}

/** Makes the structure in a new database, and copies the rows of `source`, in one go. */
export async function replay(session: MysqlSession, structure: MysqlStructure, source: string, target: string): Promise<void> {
  const filled = await filledTables(session, structure, source);
  const copies = filled.map(({ name, columns }) => {
    const list = columns.map(quoteName).join(', ');
    return `INSERT INTO ${quoteName(name)} (${list}) SELECT ${list} FROM ${quoteName(source)}.${quoteName(name)}`;
  });
  const statements = [`USE ${quoteName(target)}`, ...structure.before, ...copies, ...structure.after];
  await session.query(`cloning ${source}`, statements.join(';\n'));
}

async function filledTables(session: MysqlSession, { tables }: MysqlStructure, source: string): Promise<MysqlStructure['tables']> {
  if (tables.length === 0) return [];
  const asked = tables.map(({ name }, index) => `EXISTS (SELECT 1 FROM ${quoteName(source)}.${quoteName(name)}) AS t${index}`);
  const [row] = await session.query('looking for rows', `SELECT ${asked.join(', ')}`);
  return tables.filter((_, index) => Number(row?.[`t${index}`]) === 1);
}
