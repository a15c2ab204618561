module.exports = { testEnvironment: 'prisma' };
