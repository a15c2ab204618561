export { PrismaEnvironment as default, PrismaEnvironment as TestEnvironment } from './jest/environment';
export type { DatabaseOptions, EnvironmentOptions, Isolation } from './options';
export { isPrismaTestError, type ErrorCode, type PrismaTestError } from './errors';
