import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InspectedDatabase } from '../../harness/inspect';
import type { ModuleExport } from '../../options';
import type { Command } from '../command';

/** `types`: writes the declaration that gives `prisma` and `prismaTest` their types. */
export const types: Command = {
  usage: 'types [FILE]',
  summary: 'write the declaration file of `prisma` and `prismaTest` (default prisma-test.d.ts)',
  async run({ databases, options, positionals, cwd, print }) {
    const file = path.resolve(cwd, positionals[0] ?? 'prisma-test.d.ts');
    const { databases: resolved } = options();
    const clients = (await databases()).map((database) => {
      const client = resolved.find(({ name }) => name === database.name)?.client;
      return `    ${/^[A-Za-z_]\w*$/.test(database.name) ? database.name : JSON.stringify(database.name)}: ${clientType(database, client, path.dirname(file))};`;
    });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, declaration(clients));
    print(`wrote ${path.relative(cwd, file)}`);
  },
};

function declaration(clients: readonly string[]): string {
  return [
    `import 'jest-environment-prisma/globals';`,
    '',
    `declare module 'jest-environment-prisma/globals' {`,
    '  interface Clients {',
    ...clients,
    '  }',
    '}',
    '',
  ].join('\n');
}

function clientType({ project }: InspectedDatabase, client: ModuleExport | undefined, from: string): string {
  if (client?.name !== undefined) return `typeof import('${specifier(client.path, from)}').${client.name}`;
  const [generator] = project.generators;
  if (generator?.output === undefined) return `import('@prisma/client').PrismaClient`;
  const module = generator.provider === 'prisma-client' ? path.join(generator.output, 'client') : generator.output;
  return `import('${specifier(module, from)}').PrismaClient`;
}

function specifier(file: string, from: string): string {
  const relative = path
    .relative(from, file)
    .split(path.sep)
    .join('/')
    .replace(/\.[cm]?[jt]sx?$/, '');
  return relative.startsWith('.') ? relative : `./${relative}`;
}
