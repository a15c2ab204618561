export default {
  testEnvironment: 'prisma',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { module: { type: 'es6' } }] },
};
