import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openProject, type Project } from './project';
import { runIn, type JestRun } from './run-jest';

const config = (options: string): string =>
  `module.exports = { testEnvironment: 'prisma', testEnvironmentOptions: { ${options} }, transform: { '\\\\.ts$': '@swc/jest' } };`;
const counting = `test.each([1, 2])('emails %i', async () => {
  console.log('emails: ' + (await prisma.user.findMany()).map((user) => user.email).join());
  await prisma.user.deleteMany();
});`;

let project: Project;
afterEach(() => project.remove());

const run = (env = {}): Promise<JestRun> => runIn(project, [], { env });
const emails = (run: JestRun): string[] => [...run.output.matchAll(/emails: (\S*)/g)].map((match) => match[1] ?? '');

test('a module seeds the template with a client, once per change of it or of what it reads', async () => {
  project = openProject('basic', {
    files: {
      'jest.config.js': config("seed: './test/seed.ts'"),
      '__tests__/first.test.ts': counting,
      'test/names.json': '["a"]',
      'test/seed.ts': `import { readFileSync, appendFileSync } from 'node:fs';
import path from 'node:path';
export const inputs = ['./names.json'];
export default async ({ prisma, url }: { prisma: any; url: string }): Promise<void> => {
  appendFileSync(path.join(__dirname, '../runs.txt'), url + '\\n');
  for (const email of JSON.parse(readFileSync(path.join(__dirname, 'names.json'), 'utf8'))) await prisma.user.create({ data: { email } });
};`,
    },
  });
  expect(emails(await run())).toEqual(['a', 'a']);
  expect(emails(await run())).toEqual(['a', 'a']);
  project.change({ files: { 'test/names.json': '["b","c"]' } });
  expect(emails(await run())).toEqual(['b,c', 'b,c']);
  expect(readFileSync(path.join(project.dir, 'runs.txt'), 'utf8').trim().split('\n')).toHaveLength(2);
}, 120_000);

test('the command of the Prisma config runs into the template, whatever variable names the database', async () => {
  project = openProject('basic', {
    files: {
      'jest.config.js': config('seed: true'),
      '.env': 'APP_DB=file:./real.db\n',
      'prisma.config.ts': `import 'dotenv/config';
import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: './prisma/schema.prisma', migrations: { seed: 'node prisma/seed.cjs' }, datasource: { url: process.env['APP_DB'] ?? '' } });`,
      'prisma/seed.cjs': `const Database = require('better-sqlite3');
if (process.env.APP_DB !== process.env.DATABASE_URL) throw new Error('two places');
new Database(process.env.APP_DB.replace('file:', '')).prepare("INSERT INTO User (email) VALUES ('command')").run();`,
      '__tests__/first.test.ts': counting,
    },
  });
  const result = await run();
  expect({ emails: emails(result), output: result.exitCode === 0 ? '' : result.output }).toEqual({
    emails: ['command', 'command'],
    output: '',
  });
  expect(project.files().filter((file) => file.includes('real.db'))).toEqual([]);
}, 120_000);

test('a failure shows what the seed said', async () => {
  project = openProject('basic', {
    files: {
      'jest.config.js': config('seed: true'),
      'prisma.config.ts': `import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: './prisma/schema.prisma', migrations: { seed: 'node prisma/seed.cjs' }, datasource: { url: 'file:./dev.db' } });`,
      'prisma/seed.cjs': `console.log('half way'); throw new Error('no such city');`,
    },
  });
  expect((await run()).output).toMatch(/half way[\s\S]*no such city[\s\S]*PRISMA_TEST_SEED\b/);
  project.change({
    files: {
      'jest.config.js': config("seed: './test/seed.ts'"),
      'test/seed.ts': 'export default async () => { throw new Error("from the module"); };',
    },
  });
  expect((await run()).output).toMatch(/The seed failed: test[\\/]seed\.ts[\s\S]*from the module[\s\S]*PRISMA_TEST_SEED\b/);
}, 120_000);
