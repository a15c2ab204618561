import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaClient } from '../generated/client';

export const db = new PrismaClient({ adapter: new PrismaMariaDb(process.env['DATABASE_URL'] ?? '') });
