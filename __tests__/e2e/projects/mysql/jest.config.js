module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { sql: ['./prisma/schema.sql'] },
  transform: { '\\.ts$': '@swc/jest' },
};
