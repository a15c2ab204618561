export type { DatabaseOptions, EnvironmentOptions, Isolation } from './options';
export type { ErrorCode } from './errors';
export { isPrismaTestError } from './errors';
