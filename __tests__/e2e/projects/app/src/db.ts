import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';

const globalForPrisma = globalThis as unknown as { prisma: PrismaClient | undefined };

export const prisma =
  globalForPrisma.prisma ?? new PrismaClient({ adapter: new PrismaLibSql({ url: process.env['DATABASE_URL'] ?? 'file:./dev.db' }) });

if (process.env['NODE_ENV'] !== 'production') globalForPrisma.prisma = prisma;
