module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { databases: { service: { config: './service/prisma.config.ts' } } },
  transform: { '\\.ts$': '@swc/jest' },
};
