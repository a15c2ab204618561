module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { source: 'migrations' },
  transform: { '\\.ts$': '@swc/jest' },
};
