import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createError } from './errors';
import { nearestName } from './options-nearest';
import type { ModuleExport } from './options';

/** A value as the user wrote it, and where: `testEnvironmentOptions.databases.service` and `overlay`. */
export interface OptionValue {
  readonly value: unknown;
  readonly key: string;
  /** The object that holds it, for messages. */
  readonly holder: string;
  readonly rootDir: string;
}

/** Reads one kind of value or throws what is wrong with it. `undefined` never gets here: it means "not given". */
export type ValueReader<T> = (option: OptionValue) => T;

export const text: ValueReader<string> = (option) => {
  if (typeof option.value !== 'string' || option.value.trim() === '') throw typeError(option, 'a text that is not empty', `'…'`);
  return option.value;
};

export const flag: ValueReader<boolean> = (option) => {
  if (typeof option.value !== 'boolean') throw typeError(option, '`true` or `false`', 'true');
  return option.value;
};

export const names: ValueReader<readonly string[]> = (option) => listOf(option, 'a list of names', `['…']`);

export const record: ValueReader<Readonly<Record<string, unknown>>> = (option) => {
  if (!isRecord(option.value)) throw typeError(option, 'an object', '{ … }');
  return option.value;
};

/** One of the given words. */
export function oneOf<const T extends string>(...words: readonly T[]): ValueReader<T> {
  return (option) => {
    const found = words.find((word) => word === option.value);
    if (found !== undefined) return found;
    const nearest = typeof option.value === 'string' ? nearestName(option.value, words) : undefined;
    throw typeError(option, `one of ${words.map((word) => `'${word}'`).join(', ')}`, `'${nearest ?? words[0]}'`);
  };
}

/** A file or folder that exists; absolute. */
export const existingPath: ValueReader<string> = (option) => existing(option, text(option));

export const existingPaths: ValueReader<readonly string[]> = (option) =>
  listOf(option, 'a list of paths', `['./prisma/…']`).map((file) => existing(option, file));

/** A path that need not exist. */
export const anyPath: ValueReader<string> = (option) => absolute(option, text(option));

/** A module of the user, absolute; the extension may be left out as in an import. */
export const modulePath: ValueReader<string> = (option) => existingModule(option, text(option));

/** A module of the user and an export of it: `./src/db.ts#name`. */
export const moduleExport: ValueReader<ModuleExport> = (option) => {
  const given = text(option);
  const hash = given.lastIndexOf('#');
  if (hash <= 0 || existsSync(absolute(option, given))) return { path: existingModule(option, given), name: undefined };
  return { path: existingModule(option, given.slice(0, hash)), name: given.slice(hash + 1) || undefined };
};

/** `true`, `false` or a module. */
export const seed: ValueReader<boolean | string> = (option) => {
  if (typeof option.value === 'boolean') return option.value;
  if (typeof option.value !== 'string') throw typeError(option, '`true`, `false` or the path of a module', 'true');
  return modulePath(option);
};

/** A word that stands for a package, or a path that exists. */
export const packageOrPath: ValueReader<string> = (option) => {
  const given = text(option);
  return given.startsWith('.') || given.startsWith('<rootDir>') || path.isAbsolute(given) ? existingModule(option, given) : given;
};

/** An option of a wrong type: what was expected, what came, and the line to write. */
function typeError(option: OptionValue, expected: string, example: string): Error {
  return createError({
    code: 'PRISMA_TEST_OPTION_TYPE',
    message: `Wrong type of option: \`${option.key}\` in ${option.holder} must be ${expected}, but it is ${describe(option.value)}.`,
    cure: option.key.startsWith('@') ? `write \`${option.key} ${example.replaceAll("'", '')}\`` : `write \`${option.key}: ${example}\``,
  });
}

/** Whether a value is a plain object, of whatever realm. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(option: OptionValue, expected: string, example: string): readonly string[] {
  const { value } = option;
  if (typeof value === 'string') throw typeError(option, expected, `['${value}']`);
  if (!Array.isArray(value)) throw typeError(option, expected, example);
  return value.map((item: unknown, index) => text({ ...option, value: item, key: `${option.key}[${index}]` }));
}

const moduleExtensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

function existingModule(option: OptionValue, given: string): string {
  const file = absolute(option, given);
  const candidates = [
    file,
    ...moduleExtensions.map((extension) => file + extension),
    ...moduleExtensions.map((extension) => path.join(file, `index${extension}`)),
  ];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile()) ?? existing(option, given, 'module');
}

function existing(option: OptionValue, given: string, kind = 'file'): string {
  const file = absolute(option, given);
  if (existsSync(file) && (kind !== 'module' || statSync(file).isFile())) return file;
  throw createError({
    code: 'PRISMA_TEST_OPTION_FILE_MISSING',
    message: `File of an option is not there: \`${option.key}\` in ${option.holder} names ${given}, and no ${kind} is at that path.`,
    facts: { looked: file },
    cure: `correct the path; it is read from Jest's rootDir, ${option.rootDir}`,
  });
}

function absolute(option: OptionValue, given: string): string {
  return path.resolve(option.rootDir, given.replace(/^<rootDir>[\\/]?/, './'));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : `the text '${value}'`;
    case 'object':
      return value === null ? 'null' : 'an object';
    case 'number':
    case 'boolean':
    case 'bigint':
      return `the ${typeof value} ${String(value)}`;
    default:
      return `a ${typeof value}`;
  }
}
