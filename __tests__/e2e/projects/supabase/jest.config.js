module.exports = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { sql: ['./prisma/sql/auth.sql', './prisma/sql/profiles.sql'] },
  transform: { '\\.ts$': '@swc/jest' },
};
