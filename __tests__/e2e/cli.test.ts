import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expectPassed } from './expect-run';
import { openProject, repository, type Project } from './project';
import { runIn, startJest } from './run-jest';

jest.setTimeout(60_000);
let project: Project;
beforeAll(() => (project = openProject('basic')));
afterAll(() => project.remove());

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npx jest-environment-prisma …` in the project. */
function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(repository, 'dist/cli.cjs'), ...args], {
    cwd: project.dir,
    env: { ...process.env, NO_COLOR: '1', ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('without a command, and with --help, it says what there is', () => {
  for (const args of [[], ['--help']]) {
    const { status, stdout, stderr } = cli(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npx jest-environment-prisma COMMAND\n/);
    for (const command of ['schema', 'types', 'clean']) expect(stdout).toContain(`\n  ${command} `);
  }
});

test('schema prints the schema as tests get it, --sql what makes it', () => {
  const schema = cli(['schema']);
  expect(schema).toMatchObject({ status: 0, stderr: '' });
  expect(schema.stdout).toContain('model Post {');
  const sql = cli(['schema', '--sql']);
  expect(sql).toMatchObject({ status: 0, stderr: '' });
  expect(sql.stdout).toContain('CREATE TABLE "Post"');
});

test('schema shows what the options of the Jest config make of it', () => {
  project.change({
    files: {
      'audit.prisma': 'model Audit {\n  id Int @id\n}\n',
      'jest.audit.js':
        "module.exports = { ...require('./jest.config.js'), testEnvironmentOptions: { overlay: ['./audit.prisma'], exclude: ['Post'] } };\n",
    },
    generate: false,
  });
  const { stdout } = cli(['schema', '--config', 'jest.audit.js']);
  expect(stdout).toContain('model Audit {');
  expect(stdout).not.toContain('model Post');
  expect(cli(['schema']).stdout).not.toContain('Audit');
});

test('types writes a declaration that names the generated client', () => {
  expect(cli(['types'])).toEqual({ status: 0, stdout: 'wrote prisma-test.d.ts\n', stderr: '' });
  expect(readFileSync(path.join(project.dir, 'prisma-test.d.ts'), 'utf8')).toBe(
    [
      "import 'jest-environment-prisma/globals';",
      '',
      "declare module 'jest-environment-prisma/globals' {",
      '  interface Clients {',
      "    default: import('./generated/client').PrismaClient;",
      '  }',
      '}',
      '',
    ].join('\n'),
  );
});

test('types names the client of the app, where the options do, and writes where it is told', () => {
  project.change({
    files: {
      'src/db.ts': "import { PrismaClient } from '../generated/client';\nexport const db: PrismaClient = undefined as never;\n",
      'jest.app.js': "module.exports = { ...require('./jest.config.js'), testEnvironmentOptions: { client: './src/db.ts#db' } };\n",
    },
    generate: false,
  });
  expect(cli(['types', 'types/globals.d.ts', '--config', 'jest.app.js'])).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(path.join(project.dir, 'types/globals.d.ts'), 'utf8')).toContain("default: typeof import('../src/db').db;");
});

test('clean removes what a killed run left, and leaves a running one alone', async () => {
  const env = { PRISMA_TEST_CACHE_DIR: path.join(project.scratch, 'cache') };
  const databases = (): string[] => {
    const folder = path.join(env.PRISMA_TEST_CACHE_DIR, 'sqlite', 'workers');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  project.change({
    files: {
      '__tests__/waits.test.ts': `import { existsSync, writeFileSync } from 'node:fs';
test('waits', async () => {
  await prisma.user.create({ data: { email: 'a' } });
  writeFileSync('waiting', '');
  while (existsSync('waiting')) await new Promise((resolve) => setTimeout(resolve, 20));
});
declare const prisma: import('../generated/client').PrismaClient;
`,
    },
    generate: false,
  });
  const waiting = path.join(project.dir, 'waiting');
  const running = startJest(project, ['--runInBand', 'waits'], { env });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  let isDone = false;
  void running.done.then(() => (isDone = true));
  await until(() => isDone || existsSync(waiting));
  expect(databases().length).toBeGreaterThan(0);

  cli(['clean'], env);
  expect(databases().length).toBeGreaterThan(0);

  running.killAll();
  await running.done;
  expect(cli(['clean'], env)).toMatchObject({ status: 0, stderr: '' });
  expect(databases()).toEqual([]);
  expect(cli(['clean'], env).stdout).toBe('default: nothing to remove\n');
  project.change({ files: { '__tests__/waits.test.ts': null, waiting: null }, generate: false });
  expectPassed(await runIn(project, [], { env }));
});

describe('errors', () => {
  test('an unknown command names the nearest', () => {
    const { status, stderr } = cli(['shema']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Unknown command 'shema'\.[\s\S]*write schema\n[\s\S]*PRISMA_TEST_CLI_UNKNOWN/);
  });

  test('an unknown database names those that there are', () => {
    expect(cli(['schema', '--database', 'defualt']).stderr).toMatch(/Unknown database 'defualt'\.[\s\S]*write default\n/);
  });

  test('an unknown flag is no stack trace', () => {
    const { status, stderr } = cli(['schema', '--sq']);
    expect(status).toBe(1);
    expect(stderr).toContain("'--sq'");
    expect(stderr).not.toContain('    at ');
  });

  test('an unknown Jest project names those that there are', () => {
    expect(cli(['schema', '--project', 'unit']).stderr).toMatch(
      /No Jest project is called 'unit'\.[\s\S]*no displayName[\s\S]*PRISMA_TEST_CLI_PROJECT/,
    );
  });

  test('a Jest config that cannot be read says why', () => {
    project.change({ files: { 'jest.broken.js': 'throw new Error("not today");\n' }, generate: false });
    expect(cli(['schema', '--config', 'jest.broken.js']).stderr).toMatch(
      /Jest cannot read[\s\S]*not today[\s\S]*PRISMA_TEST_CLI_JEST_CONFIG/,
    );
  });
});
