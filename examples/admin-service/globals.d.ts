import 'jest-environment-prisma/globals';

declare module 'jest-environment-prisma/globals' {
  interface Clients {
    default: import('./src/generated/admin/client').PrismaClient;
    service: import('./src/generated/service/client').PrismaClient;
  }
}
