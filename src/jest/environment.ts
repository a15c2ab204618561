import { version } from '../../package.json';
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import path from 'node:path';
import { openFile, type OpenFile } from '../harness';
import type { ResolvedOptions } from '../options';
import { readOptions } from '../options-reader';
import { readPragmas, withPragmas } from '../options-pragmas';
import { sessionKey, type RealmSession } from '../session';
import { loadBaseEnvironment, type BaseEnvironment, type EnvironmentClass } from './base-environment';
import { canLoadEsModules, isEsModule } from './es-modules';
import { keepMicrotasksReal } from './fake-timers';
import { addNodeGlobals } from './node-globals';
import { createLifecycle, type Lifecycle } from './lifecycle';
import { presentably, presentablySync } from './presentable-error';
import { changeEnvironment } from './process-environment';

const classes = new Map<EnvironmentClass, EnvironmentClass>();
const setupFile = path.join(__dirname, canLoadEsModules ? 'setup-after-env-esm.mjs' : 'setup-after-env.cjs');

/**
 * The Jest environment: `testEnvironment: 'prisma'`. It is a subclass of the base environment that the options name,
 * so it is made by a constructor that chooses the class. It may be derived from like any other.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the members are those of the class that the constructor chooses
export interface PrismaEnvironment extends BaseEnvironment {}
export class PrismaEnvironment {
  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    return presentablySync(() => {
      const { rootDir, testEnvironmentOptions } = config.projectConfig;
      const options = readOptions(testEnvironmentOptions, { rootDir, env: process.env });
      const Base = loadBaseEnvironment(options.baseEnvironment, rootDir);
      const Environment = classes.get(Base) ?? extend(Base);
      classes.set(Base, Environment);
      const environment = Reflect.construct(Environment, [config, context], new.target === PrismaEnvironment ? Environment : new.target);
      made.set(environment, Environment);
      if (new.target !== PrismaEnvironment) tellOfEvents(environment, Environment);
      return environment;
    });
  }
}

/** The class that stands behind an environment of a class that a user derived from ours. */
const made = new WeakMap<object, EnvironmentClass>();

/** Jest's own environments have no `handleTestEvent`: a derived class may well not call `super`, and isolation hangs on it. */
function tellOfEvents(environment: BaseEnvironment, { prototype }: EnvironmentClass): void {
  const given = environment.handleTestEvent;
  environment.handleTestEvent = async (event, state) => {
    await given?.call(environment, event, state);
    // What has come through `super` is not heard again.
    await prototype.handleTestEvent?.call(environment, event, state);
  };
}

/** What Jest calls; a derived class overrides it, and `super` finds it here. */
const members = ['setup', 'teardown', 'handleTestEvent', 'exportConditions', 'getVmContext'] as const;
for (const name of members) {
  const value = function (this: object, ...args: never[]): unknown {
    const method = made.get(this)?.prototype[name] as ((...args: never[]) => unknown) | undefined;
    return method?.apply(this, args);
  };
  Object.defineProperty(PrismaEnvironment.prototype, name, { value, configurable: true, writable: true });
}

function extend(Base: EnvironmentClass): EnvironmentClass {
  return class extends Base {
    readonly #options: ResolvedOptions;
    readonly #file: string;
    readonly #config: JestEnvironmentConfig['projectConfig'];
    #open: OpenFile | undefined;
    #lifecycle: Lifecycle | undefined;
    #restore: () => void = () => {};
    readonly #addsSetup: boolean;
    readonly #heard = new WeakSet<Circus.Event>();

    constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
      const { projectConfig } = config;
      const options = readOptions(projectConfig.testEnvironmentOptions, { rootDir: projectConfig.rootDir, env: process.env });
      super({ ...config, projectConfig: { ...projectConfig, testEnvironmentOptions: { ...options.baseOptions } } }, context);
      this.#options = withPragmas(options, readPragmas(context.docblockPragmas, projectConfig.rootDir));
      this.#config = projectConfig;
      this.#file = path.relative(projectConfig.rootDir, context.testPath);
      // The array belongs to Jest's config and is shared between files, docblock options or not.
      this.#addsSetup = !projectConfig.setupFilesAfterEnv.includes(setupFile);
      if (this.#addsSetup) projectConfig.setupFilesAfterEnv.unshift(setupFile);
      keepMicrotasksReal(this, projectConfig.fakeTimers);
    }

    override async setup(): Promise<void> {
      await super.setup();
      addNodeGlobals(this.global);
      const realm = this.global.process.env as Record<string, string>;
      this.#open = await presentably(() => openFile(this.#options, this.#file, { ...realm }));
      const { run, env } = this.#open;
      this.#restore = changeEnvironment(realm, env());
      run.onMove(() => void changeEnvironment(realm, env()));
      this.#lifecycle = createLifecycle(this.#open.run, this.#options);
      const session: RealmSession = {
        ...this.#open.run.session,
        copy: { version, file: __filename },
        isEsModule: (file) => isEsModule(file, this.#config),
      };
      Object.defineProperty(this.global, sessionKey, { value: Object.freeze(session), enumerable: false });
    }

    override async teardown(): Promise<void> {
      try {
        await presentably(async () => this.#lifecycle?.finish());
      } finally {
        this.#restore();
        // The project's next file may have another environment.
        const { setupFilesAfterEnv } = this.#config;
        if (this.#addsSetup) setupFilesAfterEnv.splice(setupFilesAfterEnv.indexOf(setupFile), 1);
        this.#open = undefined;
        this.#lifecycle = undefined;
        await super.teardown();
      }
    }

    override async handleTestEvent(event: Circus.Event, state: Circus.State): Promise<void> {
      if (this.#heard.has(event)) return;
      this.#heard.add(event);
      await super.handleTestEvent?.(event, state);
      await this.#lifecycle?.handle(event, state);
    }

    override exportConditions(): string[] {
      const conditions = super.exportConditions?.() ?? [];
      // A DOM's packages may be for browsers, but Prisma's client is not among them.
      return this.#options?.baseOptions['customExportConditions'] ? conditions : ['node', 'node-addons'];
    }
  };
}
