import { closeAll } from '../harness';

/** Jest's `globalTeardown`: closes what `globalSetup` opened. Worker databases go with their workers. */
export default async function globalTeardown(): Promise<void> {
  await closeAll();
}
