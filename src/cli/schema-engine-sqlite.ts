import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bindFactory, engineError, requireFirst } from './schema-engine-packages';
import type { EngineDatabase, EnginePlace } from './schema-engine-packages';

type AdapterFactoryClass = new (config: { url: string }) => object;

/** A SQLite file. */
export function sqliteDatabase(url: string, place: EnginePlace): EngineDatabase {
  const file = path.resolve(place.directory, url.slice('file:'.length).replace(/\?.*$/, ''));
  const name = path.basename(file);
  return {
    adapterFactory() {
      const { exports, beside } = requireFirst(place, ['@prisma/adapter-libsql', '@prisma/adapter-better-sqlite3']);
      const Factory = (exports['PrismaLibSql'] ?? exports['PrismaBetterSqlite3']) as AdapterFactoryClass;
      return bindFactory(new Factory({ url: `file:${file}` }), beside);
    },
    async checkConnection() {
      if (!existsSync(file)) throw engineError('P1003', `Database \`${name}\` does not exist`);
    },
    async create() {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '', { flag: 'a' });
      return name;
    },
  };
}
