import { createModuleLoader } from '../realm/module-loader';
import { joinRealm } from './join-realm';

/** Jest's `setupFilesAfterEnv`; the environment adds it by itself. */
joinRealm(createModuleLoader(require));
