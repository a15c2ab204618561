import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client';

/** The app's one client. Nothing in here knows of tests. */
export const prisma = new PrismaClient({
  adapter: new PrismaLibSql({ url: process.env['DATABASE_URL'] ?? 'file:./dev.db' }),
});
