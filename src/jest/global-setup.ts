import type { Config } from '@jest/types';
import { prepareAll } from '../harness';
import { readOptions } from '../options-reader';

/**
 * Jest's `globalSetup`: builds the templates (and starts the embedded server) before the first worker, so that they do
 * not wait for each other. Nothing depends on it.
 */
export default async function globalSetup(_global: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> {
  const options = readOptions(project.testEnvironmentOptions, { rootDir: project.rootDir, env: process.env });
  await prepareAll(options, { ...process.env } as Record<string, string>);
}
