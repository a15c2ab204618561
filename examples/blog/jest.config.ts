/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'prisma',
  transform: { '\\.ts$': '@swc/jest' },
};

export default config;
