import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expectPassed, failureOf } from './expect-run';
import { openProject, type Project } from './project';
import { runIn, runJest } from './run-jest';

jest.setTimeout(60_000);

const config = (options: string): Record<string, string> => ({
  'jest.config.js': `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: ${options}, transform: { '\\\\.ts$': '@swc/jest' } };\n`,
});
/** The app's client module, made of the expression that makes its client. */
const db = (client: string, name = 'prisma'): Record<string, string> => ({
  'src/db.ts': `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';
export const ${name} = ${client};\n`,
});
const hardCoded = `new PrismaClient({ adapter: new PrismaLibSql({ url: 'file:./production.db' }) })`;

test('the customary singleton on globalThis works with no option', async () => {
  expectPassed(await runJest('app'), 4);
});

test('it works when the option `client` names it', async () => {
  expectPassed(await runJest('app', [], { files: config(`{ client: './src/db.ts' }`) }), 4);
});

test('the extension may be left out, and the export may have any name', async () => {
  const users = `import { database } from './db';
export const countUsers = () => database.user.count();\n`;
  const files = {
    ...config(`{ client: './src/db#database' }`),
    ...db(hardCoded, 'database'),
    'src/users.ts': users,
    '__tests__/users.test.ts': `import { database } from '../src/db';
test('prisma is the export', () => expect(prisma).toBe(database));
test('and it is real', async () => expect(await prisma.user.count()).toBe(0));\n`,
  };
  expectPassed(await runJest('app', [], { files }), 2);
});

describe('a URL that the app hard-codes', () => {
  let project: Project;
  afterEach(() => project.remove());

  test('is never opened: no file of that name comes into being', async () => {
    project = openProject('app', { files: db(hardCoded) });
    expectPassed(await runIn(project), 4);
    expect(existsSync(path.join(project.dir, 'production.db'))).toBe(false);
    expect(project.files().filter((file) => file.endsWith('.db') && !file.startsWith('node_modules/.cache/'))).toEqual([]);
  });

  test('is never connected to: nobody knocks at its server', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      project = openProject('app', { files: db(hardCoded.replace('file:./production.db', url)) });
      expectPassed(await runIn(project), 4);
      expect(connections).toBe(0);
    } finally {
      server.close();
    }
  });
});

test('an extended client is the one that tests get, with its extensions', async () => {
  const client = `${hardCoded}.$extends({
  model: { user: { async signUp(email: string) { return (this as any).create({ data: { email: email.toLowerCase() } }); } } },
  result: { user: { domain: { needs: { email: true }, compute: ({ email }) => email.split('@')[1] } } },
  query: { user: { async count({ args, query }) { return (await query(args)) + 100; } } },
})`;
  const tests = `import { prisma as own } from '../src/db';
test('a method of a model', async () => expect(await (prisma as any).user.signUp('A@B.C')).toMatchObject({ email: 'a@b.c', domain: 'b.c' }));
test('a query', async () => expect(await own.user.count()).toBe(100));
test('a transaction of it', async () => {
  await own.$transaction(async (tx) => { await tx.user.create({ data: { email: 'a@b.c' } }); });
  expect(await prisma.user.count()).toBe(101);
});\n`;
  const files = { ...config(`{ client: './src/db.ts' }`), ...db(client), '__tests__/users.test.ts': tests };
  expectPassed(await runJest('app', [], { files }), 3);
});

test('subclasses, second clients and clients made anew join the same sandbox', async () => {
  const tests = `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from '../generated/client';
const options = () => ({ adapter: new PrismaLibSql({ url: 'file:./production.db' }) });

test('a subclass, as NestJS has it', async () => {
  class PrismaService extends PrismaClient {
    constructor() { super(options()); }
    async onModuleInit() { await this.$connect(); }
    signUp(email: string) { return this.user.create({ data: { email } }); }
  }
  const service = new PrismaService();
  await service.onModuleInit();
  await service.signUp('a@b.c');
  expect(await prisma.user.count()).toBe(1);
  await service.$disconnect();
  expect(await prisma.user.count()).toBe(1);
});

test('any number of them', async () => {
  const clients = Array.from({ length: 5 }, () => new PrismaClient(options()));
  await Promise.all(clients.map((client, index) => client.user.create({ data: { email: String(index) } })));
  expect(await prisma.user.count()).toBe(5);
});

test('after jest.resetModules()', async () => {
  const before = require('../src/db').prisma;
  jest.resetModules();
  const after = require('../src/db').prisma;
  expect(after).not.toBe(before);
  await after.user.create({ data: { email: 'a@b.c' } });
  expect(await before.user.count()).toBe(1);
  expect(await prisma.user.count()).toBe(1);
});

test('in jest.isolateModules()', async () => {
  let isolated: typeof prisma;
  jest.isolateModules(() => { isolated = require('../src/db').prisma; });
  await isolated!.user.create({ data: { email: 'a@b.c' } });
  expect(await prisma.user.count()).toBe(1);
  await jest.isolateModulesAsync(async () => {
    const { prisma: other } = await import('../src/db');
    expect(await other.user.count()).toBe(1);
  });
});\n`;
  expectPassed(await runJest('app', [], { files: { ...db(hardCoded), '__tests__/users.test.ts': tests } }), 4);
});

describe('a module that the option `client` names', () => {
  test('must be there', async () => {
    const run = await runJest('app', [], { files: config(`{ client: './src/database.ts' }`) });
    expect(failureOf(run)).toContain('PRISMA_TEST_OPTION_FILE_MISSING');
    expect(run.exitCode).toBe(1);
  });

  test('must export a client of that name', async () => {
    const run = await runJest('app', [], { files: { ...config(`{ client: './src/db.ts#db' }`), ...db(hardCoded) } });
    expect(failureOf(run)).toContain(`The module of the option 'client' exports no Prisma client named 'db'.`);
    expect(failureOf(run)).toContain('exports  prisma');
    expect(failureOf(run)).toContain('PRISMA_TEST_CLIENT_EXPORT');
  });
});
