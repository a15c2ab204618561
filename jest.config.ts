/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** What a project of this repository needs, whatever it tests. */
const base = {
  // Beside the stamps and results: `npm test` gives every run a folder for temporary files of its own.
  cacheDirectory: '<rootDir>/.tmp/jest',
  transform: { '\\.[cm]?tsx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: ['<rootDir>/.tmp/', '<rootDir>/dist/', '<rootDir>/examples/', '<rootDir>/__tests__/e2e/projects/'],
} satisfies Partial<Config>;

const node = { ...base, testEnvironment: 'node' } as const;

const config: Config = {
  projects: [
    // The house: import map, manifest, README. The package is built before they run.
    { ...node, displayName: 'house', testMatch: ['<rootDir>/__tests__/*.test.ts'] },
    { ...node, displayName: 'unit', testMatch: ['<rootDir>/__tests__/unit/**/*.test.ts'] },
    // Random programs, in the sandbox and on a database of their own.
    { ...node, displayName: 'differential', testMatch: ['<rootDir>/__tests__/differential/*.test.ts'] },
    // One contract suite, run against every kind of server.
    { ...node, displayName: 'providers', testMatch: ['<rootDir>/__tests__/providers/**/*.test.ts'] },
    // Jest itself, as a child process, in small projects of users.
    { ...node, displayName: 'e2e', testMatch: ['<rootDir>/__tests__/e2e/*.test.ts'] },
    // The package tests itself with itself, from its build.
    {
      ...base,
      displayName: 'self',
      testEnvironment: 'prisma',
      testEnvironmentOptions: { config: 'prisma/prisma.config.ts', databases: { audit: { config: 'prisma/audit/prisma.config.ts' } } },
      testMatch: ['<rootDir>/__tests__/self/**/*.test.ts'],
    },
  ],
};

export default config;
