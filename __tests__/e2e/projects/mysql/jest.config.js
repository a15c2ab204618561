module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { source: 'sql', source: 'migrations' },
  transform: { '\\.ts$': '@swc/jest' },
};
