import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient as AdminClient } from './generated/admin/client';
import { PrismaClient as ServiceClient } from './generated/service/client';

/** Our own database. */
export const admin = new AdminClient({
  adapter: new PrismaLibSql({ url: process.env['ADMIN_DATABASE_URL'] ?? 'file:./admin.db' }),
});

/** The shop's. */
export const service = new ServiceClient({
  adapter: new PrismaLibSql({ url: process.env['SERVICE_DATABASE_URL'] ?? 'file:./service.db' }),
});
