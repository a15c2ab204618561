/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'prisma',
  testEnvironmentOptions: {
    databases: {
      service: {
        config: './service/prisma.config.ts',
        // The service's schema refers to our own table, which is not in its database.
        exclude: ['Operator'],
      },
    },
  },
  transform: { '\\.ts$': '@swc/jest' },
};

export default config;
