import { importModules } from '../realm/module-loader';
import { joinRealm } from './join-realm';

/*
 * The set-up file where Jest loads ES modules. Clients that are ES modules are imported before the test file: later,
 * at the first `prisma`, there is no time to wait for an import.
 */
const session = joinRealm();
if (session) {
  const modules = Object.values(session.databases).map(({ appClient, generatedClient }) => (appClient ?? generatedClient)?.module);
  await importModules(modules.filter((module) => module !== undefined), session.isEsModule);
}
