// What benchmarks share: a throw-away project, Jest runs in it, medians, tables.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../scripts/steps.mjs';

const require = createRequire(import.meta.url);
export const jestBin = require.resolve('jest/bin/jest');
const prismaBin = require.resolve('prisma/build/index.js');
/** Speaks for Prisma's native schema engine where that could not be downloaded. */
export const schemaEngine = path.join(root, 'dist', 'schema-engine.cjs');

/** A project in a folder of its own inside the repository, so that packages resolve; `files` by relative path. */
export function createProject(name, files) {
  const dir = path.join(root, '.tmp', 'bench', `${name}-${process.pid}`);
  rmSync(dir, { recursive: true, force: true });
  for (const [file, content] of Object.entries({ 'package.json': JSON.stringify({ name }), ...files })) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), content);
  }
  process.on('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** Runs the project's Prisma CLI. */
export function prisma(dir, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [prismaBin, ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: schemaEngine, PRISMA_HIDE_UPDATE_MESSAGE: '1', ...env },
  });
  if (status !== 0) throw new Error(`prisma ${args.join(' ')}\n${stdout}${stderr}`);
}

/** One Jest run: wall clock in milliseconds. Throws when a test fails. */
export function runJest(dir, args = [], env = {}) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [jestBin, ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true', ...env },
  });
  const ms = performance.now() - started;
  if (status !== 0) throw new Error(`jest ${args.join(' ')}\n${stdout}${stderr}`);
  return ms;
}

/** Measures several ways in turns, so that what else the machine does meets them alike; medians by name. */
export function compare(ways, rounds) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, way] of Object.entries(ways)) times[name].push(way());
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a table in Markdown. */
export function printTable(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log([line(cells[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.slice(1).map(line)].join('\n'));
}

/** A Prisma schema of `count` tables as applications have them: keys, defaults, indexes, a relation to the table before. */
export function schemaOf(count) {
  const model = (n) => `model Model${n} {
  id     Int      @id @default(autoincrement())
  email  String   @unique
  state  Int      @default(0)
  madeAt DateTime @default(now())
${n > 0 ? `  before   Model${n - 1}? @relation(fields: [beforeId], references: [id])\n  beforeId Int?\n  @@index([beforeId])\n` : ''}${n < count - 1 ? `  after  Model${n + 1}[]\n` : ''}}`;
  return `generator client {
  provider = "prisma-client-js"
  output   = "../generated"
}
datasource db {
  provider = "postgresql"
}
${Array.from({ length: count }, (_, n) => model(n)).join('\n')}
`;
}

/** Prints a chart of lines in Mermaid, as GitHub shows it; what each line is stands above it, in order. */
export function printChart(title, xTitle, x, yTitle, lines) {
  const most = Math.max(...Object.values(lines).flat());
  console.log(
    [
      '```mermaid',
      'xychart-beta',
      `  title "${title}"`,
      `  x-axis "${xTitle}" [${x.join(', ')}]`,
      `  y-axis "${yTitle}" 0 --> ${Math.ceil(most / 100) * 100}`,
    ].join('\n'),
  );
  for (const values of Object.values(lines)) console.log(`  line [${values.join(', ')}]`);
  console.log('```');
}
