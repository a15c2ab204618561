import type { PrismaClient } from './generated/client';
import type { PrismaClient as ServiceClient } from './service/generated/client';

declare module 'jest-environment-prisma/globals' {
  interface Clients {
    default: PrismaClient;
    service: ServiceClient;
  }
}
