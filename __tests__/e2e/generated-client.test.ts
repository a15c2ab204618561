import { existsSync } from 'node:fs';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject } from './project';
import { runIn, runJest } from './run-jest';

jest.setTimeout(90_000);
const vmModules = { nodeArguments: ['--experimental-vm-modules'] };

test('prisma-client-js in a folder of its own, with no transform at all', async () => {
  const project = openProject('client-js');
  try {
    expectPassed(await runIn(project), 3);
    expect(existsSync(path.join(project.dir, 'production.db'))).toBe(false);
  } finally {
    project.remove();
  }
});

test.each([
  ['swc', `['@swc/jest', {}]`],
  ['babel', `['babel-jest', { presets: [['@babel/preset-env', { targets: { node: 'current' } }], '@babel/preset-typescript'] }]`],
  ['ts-jest', `['ts-jest', { diagnostics: false, tsconfig: { module: 'commonjs', target: 'es2022', esModuleInterop: true } }]`],
])('prisma-client as CommonJS, through %s', async (_, transform) => {
  const files = { 'jest.config.js': `module.exports = { testEnvironment: 'prisma', transform: { '\\\\.ts$': ${transform} } };\n` };
  expectPassed(await runJest('app', [], { files }), 4);
});

test('prisma-client whose imports end in .js, with a name mapper', async () => {
  const files = {
    'tsconfig.json': `{ "compilerOptions": { "module": "nodenext", "moduleResolution": "nodenext" } }\n`,
    'jest.config.js': `module.exports = {
  testEnvironment: 'prisma',
  transform: { '\\\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
};\n`,
  };
  expectPassed(await runJest('app', [], { files }), 4);
});

describe('ES modules', () => {
  test('a generated ES module in an ESM Jest', async () => {
    expectPassed(await runJest('esm', [], vmModules), 6);
  });

  test("the app's client as the global one", async () => {
    const files = {
      'jest.config.js': `export default {
  testEnvironment: 'prisma',
  testEnvironmentOptions: { client: './src/db.ts' },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
};\n`,
      '__tests__/esm.test.ts': `import { prisma as own } from '../src/db';
test('it is the same', () => expect(prisma).toBe(own));
test('and it works', async () => expect(await prisma.user.count()).toBe(0));\n`,
    };
    expectPassed(await runJest('esm', [], { ...vmModules, files }), 2);
  });

  test('a CommonJS project goes on working where ES modules are switched on', async () => {
    expectPassed(await runJest('app', [], vmModules), 4);
  });
});
