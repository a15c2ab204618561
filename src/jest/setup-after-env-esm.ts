import { createRequire } from 'node:module';
import { createModuleLoader } from '../realm/module-loader';
import { joinRealm } from './join-realm';

/*
 * The set-up file where Jest loads ES modules. Clients that are ES modules are imported before the test file: later,
 * at the first `prisma`, there is no time to wait for an import.
 */
const loader = createModuleLoader(createRequire(import.meta.url));
const session = joinRealm(loader);

/** Without an export the bundler takes this file for CommonJS, and nobody would wait for its imports. */
export const isJoined: boolean = session !== undefined;

if (session) {
  const modules = Object.values(session.databases).map(({ appClient, generatedClient }) => (appClient ?? generatedClient)?.module);
  await loader.importAll(
    modules.filter((module) => module !== undefined),
    session.isEsModule,
  );
}
