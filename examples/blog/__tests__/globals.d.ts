import type { PrismaClient } from '../src/generated/client';

declare global {
  var prisma: PrismaClient;
}
