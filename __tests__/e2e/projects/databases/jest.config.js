module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { databases: { service: { config: './service/prisma.config.ts', exclude: ['Operator'] } } },
  transform: { '\\.ts$': '@swc/jest' },
};
