module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { sql: ['./prisma/roles.sql'] },
  transform: { '\\.ts$': '@swc/jest' },
};
