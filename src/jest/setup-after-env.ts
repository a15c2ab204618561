import { joinRealm } from './join-realm';

/** Jest's `setupFilesAfterEnv`; the environment adds it by itself. */
joinRealm();
