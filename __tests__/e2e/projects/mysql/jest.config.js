module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { source: 'sql', sql: ['./prisma/schema.sql'] },
  transform: { '\\.ts$': '@swc/jest' },
};
