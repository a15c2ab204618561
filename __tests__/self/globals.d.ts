import 'jest-environment-prisma/globals';

declare module 'jest-environment-prisma/globals' {
  interface Clients {
    default: import('../../generated/sqlite/client').PrismaClient;
    audit: import('../../generated/audit').PrismaClient;
  }
}
