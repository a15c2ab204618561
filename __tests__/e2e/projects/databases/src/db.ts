import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient as AdminClient } from '../generated/admin/client';
import { PrismaClient as ServiceClient } from '../service/generated/client';

export const admin = new AdminClient({ adapter: new PrismaPg({ connectionString: process.env['ADMIN_URL'] ?? '' }) });
export const service = new ServiceClient({ adapter: new PrismaLibSql({ url: process.env['SERVICE_URL'] ?? '' }) });
