import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';

export const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: process.env['DATABASE_URL'] ?? 'file:./dev.db' }) });
