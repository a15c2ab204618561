import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { createCalls } from '../../src/harness/client-calls';
import type { FileState } from '../../src/harness/file-run';
import { wrapGetPrismaClient, type GetPrismaClient } from '../../src/realm/client-seam';
import { runInContext, type Scope } from '../../src/sandbox/call-context';
import type { Dialect } from '../../src/sandbox/dialect';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox';
import type { ScopeLeftovers } from '../../src/sandbox/sandbox-options';
import { createSandboxAdapterFactory } from '../../src/sandbox/sandbox-adapter';
import type { JoinedClient, Session } from '../../src/session';

const repository = path.resolve(__dirname, '../..');
const requireHere = createRequire(path.join(repository, 'noop.js'));

/** What the databases of these tests hold. Links are checked when a transaction commits. */
export const schemaOf = (provider: string): string => `
generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "${provider}"
}
model Owner {
  id      Int    @id @default(autoincrement())
  key     String @unique
  n       Int    @default(0)
  touched Int    @default(0)
  items   Item[]
  links   Link[]
}
model Item {
  id      Int    @id @default(autoincrement())
  key     String @unique
  owner   Owner  @relation(fields: [ownerId], references: [id], onDelete: Restrict)
  ownerId Int
}
model Link {
  id      Int   @id
  owner   Owner @relation(fields: [ownerId], references: [id])
  ownerId Int
}
`;

/** Generates the client of a schema once; returns the module's folder. */
export function generateClient(schema: string): string {
  const hash = createHash('sha256')
    .update(schema)
    .update(requireHere('prisma/package.json').version as string)
    .digest('hex')
    .slice(0, 16);
  const home = path.join(repository, '.tmp', 'differential', hash);
  if (existsSync(path.join(home, 'client', 'index.js'))) return path.join(home, 'client');
  mkdirSync(path.dirname(home), { recursive: true });
  const staging = mkdtempSync(`${home}-`);
  writeFileSync(path.join(staging, 'schema.prisma'), schema);
  writeFileSync(path.join(staging, 'prisma.config.ts'), "export default { schema: './schema.prisma', datasource: { url: 'unused' } };\n");
  const { status, stdout, stderr } = spawnSync(process.execPath, [requireHere.resolve('prisma/build/index.js'), 'generate'], {
    cwd: staging,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  try {
    renameSync(staging, home);
  } catch {
    // Another test file was faster.
    rmSync(staging, { recursive: true, force: true });
  }
  return path.join(home, 'client');
}

/** A generated client of the type that the caller knows, its constructor taking any adapter: those of {@link sandboxOn} join their sandbox. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the module's type is known to the caller alone
export function loadClientClass<Client>(folder: string): new (options: { adapter: object; log?: unknown; omit?: unknown }) => Client {
  const runtime = path.join(folder, 'runtime', 'client.js');
  const session = {
    join: (_facts: unknown, adapter: object | undefined) => joined.get(adapter ?? joined),
    keep: (_key: string, make: () => Promise<unknown>) => make(),
  } as unknown as Session;
  jest.doMock(runtime, () => {
    const actual = jest.requireActual<Record<string, unknown>>(runtime);
    return {
      ...actual,
      getPrismaClient: wrapGetPrismaClient(actual['getPrismaClient'] as GetPrismaClient, session, { note: () => {} } as never, requireHere),
    };
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require(path.join(folder, 'index.js')) as { PrismaClient: never }).PrismaClient;
}

const joined = new WeakMap<object, JoinedClient>();

/** A sandbox with what the harness does around it: scopes, calls that know where they come from. */
export interface SandboxLab {
  readonly sandbox: Sandbox;
  readonly file: FileState;
  /** An adapter by which a client joins. */
  adapter(): object;
  enter(name: string, kind?: Scope['kind']): Scope;
  leave(scope: Scope): Promise<ScopeLeftovers>;
  /** Runs `work` as a test of its own and rolls it back. */
  inTest<T>(name: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function sandboxOn(
  dialect: Dialect,
  factory: () => SqlDriverAdapterFactory,
  renew: () => Promise<void> = () => Promise.resolve(),
): SandboxLab {
  const sandbox = createSandbox({ database: 'default', dialect, connect: () => factory().connect(), renew });
  const file = {
    path: 'lab.test.ts',
    rootDir: repository,
    pending: new Set(),
    closed: false,
    sandboxes: () => [sandbox],
  } as unknown as FileState;
  const enter = (name: string, kind: Scope['kind'] = 'test'): Scope => {
    const scope: Scope = { kind, name, closed: false };
    sandbox.enter(scope);
    return scope;
  };
  return {
    sandbox,
    file,
    adapter() {
      const adapter = createSandboxAdapterFactory(sandbox, factory().adapterName);
      joined.set(adapter, { database: 'default', adapter, ...createCalls(file, sandbox, () => true) });
      return adapter;
    },
    enter,
    leave: (scope) => sandbox.leave(scope),
    async inTest(name, work) {
      const scope = enter(name);
      try {
        return await runInContext({ scope }, work);
      } finally {
        await sandbox.leave(scope);
      }
    },
    close: () => sandbox.close(),
  };
}
