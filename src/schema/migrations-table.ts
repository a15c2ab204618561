import type { PrismaProject } from './schema-source';

/** A row of `_prisma_migrations`. */
export interface MigrationRow {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly started: Date;
  readonly finished: Date;
}

/** Types of the table's columns, as each of Prisma's connectors has them. */
const types = {
  postgresql: {
    key: 'VARCHAR(36)',
    hash: 'VARCHAR(64)',
    name: 'VARCHAR(255)',
    time: 'TIMESTAMPTZ',
    now: 'now()',
    count: 'INTEGER',
    options: '',
  },
  sqlite: { key: 'TEXT', hash: 'TEXT', name: 'TEXT', time: 'DATETIME', now: 'current_timestamp', count: 'INTEGER UNSIGNED', options: '' },
  mysql: {
    key: 'VARCHAR(36)',
    hash: 'VARCHAR(64)',
    name: 'VARCHAR(255)',
    time: 'DATETIME(3)',
    now: 'CURRENT_TIMESTAMP(3)',
    count: 'INTEGER UNSIGNED',
    options: ' DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
  },
} as const;

/** `CREATE TABLE` of Prisma's own table of applied migrations. */
export function createMigrationsTable(provider: PrismaProject['provider']): string {
  const { key, hash, name, time, now, count, options } = types[family(provider)];
  return `CREATE TABLE _prisma_migrations (
    id                    ${key} PRIMARY KEY NOT NULL,
    checksum              ${hash} NOT NULL,
    finished_at           ${time},
    migration_name        ${name} NOT NULL,
    logs                  TEXT,
    rolled_back_at        ${time},
    started_at            ${time} NOT NULL DEFAULT ${now},
    applied_steps_count   ${count} NOT NULL DEFAULT 0
)${options}`;
}

/** `INSERT` of a migration that was applied in full. */
export function recordMigration(provider: PrismaProject['provider'], row: MigrationRow): string {
  const time = (date: Date): string => {
    // MySQL's DATETIME takes no zone, and Prisma keeps UTC in it.
    const text = date.toISOString();
    return family(provider) === 'mysql' ? text.replace('T', ' ').replace('Z', '') : text.replace('Z', '+00:00');
  };
  const values = [row.id, row.checksum, time(row.finished), row.name, time(row.started)].map((value) => `'${value.replaceAll(`'`, `''`)}'`);
  return `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES (${values.join(', ')}, 1)`;
}

function family(provider: PrismaProject['provider']): keyof typeof types {
  return provider === 'sqlite' || provider === 'mysql' ? provider : 'postgresql';
}
