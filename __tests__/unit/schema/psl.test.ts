import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePsl } from '../../../src/schema/psl';
import type { PslBlock } from '../../../src/schema/psl';
import {
  applyEdits,
  attributeString,
  lineAt,
  listElements,
  parseArguments,
  parseAttributes,
  stringValue,
} from '../../../src/schema/psl-text';

const fixtures = path.resolve(__dirname, '../../fixtures/schemas');

function parse(content: string): PslBlock[] {
  return parsePsl({ path: '/x/schema.prisma', content });
}

function only(content: string): PslBlock {
  const [block, ...rest] = parse(content);
  if (block === undefined || rest.length > 0) throw new Error('one block was expected');
  return block;
}

function parseFixture(name: string): PslBlock[] {
  const file = path.join(fixtures, name);
  return parsePsl({ path: file, content: readFileSync(file, 'utf8') });
}

describe('blocks', () => {
  test('every block of the fixtures is found once, ghosts in comments are not', () => {
    const names = (name: string): string[] => parseFixture(name).map((block) => `${block.kind} ${block.name}`);
    expect(names('sqlite.prisma')).toEqual([
      'generator client',
      'datasource db',
      'enum Role',
      ...['User', 'Profile', 'Post', 'Comment', 'Tag', 'PostTag', 'Label', 'Legacy'].map((name) => `model ${name}`),
      'view UserStats',
    ]);
    expect(names('postgresql.prisma')).toHaveLength(11);
  });

  test('a block knows its lines, its doc comment and the text from the one to the other', () => {
    const content = '// c\n\n/// First.\n/// Second.\nmodel A {\n  id Int @id\n}\nmodel B {\n  id Int @id\n}\n';
    const [a, b] = parse(content);
    expect(a).toMatchObject({ name: 'A', line: 5, lastLine: 7, docs: ['First.', 'Second.'] });
    expect(content.slice(a?.span.start, a?.span.end)).toBe('/// First.\n/// Second.\nmodel A {\n  id Int @id\n}');
    expect(b).toMatchObject({ name: 'B', line: 8, docs: [] });
    expect(lineAt(content, b?.keyword.start ?? 0)).toBe(8);
  });

  test('a doc comment that a blank line separates belongs to nobody', () => {
    expect(only('/// lost\n\nmodel A {\n  id Int @id\n}\n').docs).toEqual([]);
  });

  test.each([
    ['a brace right after the name', 'model A{\n  id Int @id\n}\n'],
    ['text after the brace, as Prisma ignores it', 'model A { x Int\n  id Int @id\n}\n'],
    ['indentation', '  model A {\n    id Int @id\n  }\n'],
    ['Windows line ends', 'model A {\r\n  id Int @id\r\n}\r\n'],
    ['old Mac line ends', 'model A {\r  id Int @id\r}\r'],
    ['a file that ends in the brace', 'model A {\n  id Int @id\n}'],
    ['braces in comments', 'model A { // }\n  // }\n  /* } */\n  id Int @id // }\n}\n'],
    ['a block comment over lines', '/* model B {\n}\n*/\nmodel A {\n  /*\n}\n*/\n  id Int @id\n}\n'],
  ])('%s', (_, content) => {
    const block = only(content);
    expect(block.name).toBe('A');
    expect(block.fields.map(({ name }) => name)).toEqual(['id']);
    expect(content[block.close]).toBe('}');
  });

  test('a block may open on the line that closes another', () => {
    const blocks = parse('model A {\n  id Int @id\n} model B {\n  id Int @id\n}\n');
    expect(blocks.map(({ name, line }) => [name, line])).toEqual([
      ['A', 1],
      ['B', 3],
    ]);
  });

  test('settings of datasources and generators are kept as written', () => {
    const [generator, datasource] = parseFixture('postgresql.prisma');
    expect(generator?.settings).toMatchObject({ provider: '"prisma-client-js"' });
    expect(listElements(datasource?.settings['schemas'] ?? '').map(stringValue)).toEqual(['public', 'auth', 'stats', 'empty one']);
    expect(listElements(datasource?.settings['extensions'] ?? '')).toHaveLength(3);
  });
});

describe('fields', () => {
  test('type, arity and attributes', () => {
    const { fields } = only(
      [
        'model A {',
        '  a Int @id @default(autoincrement()) // no @unique here',
        '  b String?@map("b b")',
        '  c Role[] @default([A, B])',
        '  d Unsupported("tsvector // x")? @ignore',
        '  e User @relation("x", fields: [a, b], references: [id, "}"], onDelete: Cascade)',
        '  f Decimal @db.Decimal(12, 4)',
        '  Größe Int ? @unique ( map : "g" )',
        '}',
      ].join('\n'),
    );
    expect(fields.map(({ name, type, optional, list }) => [name, type, optional, list])).toEqual([
      ['a', 'Int', false, false],
      ['b', 'String', true, false],
      ['c', 'Role', false, true],
      ['d', 'Unsupported("tsvector // x")', true, false],
      ['e', 'User', false, false],
      ['f', 'Decimal', false, false],
      ['Größe', 'Int', true, false],
    ]);
    expect(fields.map(({ attributes }) => attributes.map(({ name }) => name))).toEqual([
      ['id', 'default'],
      ['map'],
      ['default'],
      ['ignore'],
      ['relation'],
      ['db.Decimal'],
      ['unique'],
    ]);
    expect(fields[4]?.attributes[0]?.args).toEqual([
      { name: undefined, value: '"x"' },
      { name: 'fields', value: '[a, b]' },
      { name: 'references', value: '[id, "}"]' },
      { name: 'onDelete', value: 'Cascade' },
    ]);
    expect(attributeString(fields[6]?.attributes ?? [], 'unique', 'map')).toBe('g');
  });

  test('fields may have the names of keywords', () => {
    const block = only('model model {\n  model Int @id\n  view Int\n  enum Int\n}\n');
    expect(block.fields.map(({ name }) => name)).toEqual(['model', 'view', 'enum']);
  });

  test('values of an enum have attributes and no type', () => {
    const role = parseFixture('sqlite.prisma').find(({ name }) => name === 'Role');
    expect(role?.fields.map(({ name, type }) => [name, type])).toEqual([
      ['ADMIN', ''],
      ['MEMBER', ''],
    ]);
    expect(attributeString(role?.attributes ?? [], 'map')).toBe('roles');
  });

  test('the text of a field begins at its doc comment and ends with its line', () => {
    const content = 'model A {\n  /// doc\n  a Int @id // why\n}\n';
    const { span } = only(content).fields[0] ?? { span: { start: 0, end: 0 } };
    expect(content.slice(span.start, span.end)).toBe('/// doc\n  a Int @id // why');
  });
});

describe('texts', () => {
  test('an edit never moves the lines after it', () => {
    const content = 'one\ntwo\r\nthree\nfour\n';
    const without = applyEdits(content, [{ start: 0, end: content.indexOf('four'), text: '' }]);
    expect(without).toBe('\n\r\n\nfour\n');
    expect(
      applyEdits('a b c', [
        { start: 0, end: 1, text: 'A' },
        { start: 4, end: 5, text: 'C' },
      ]),
    ).toBe('A b C');
  });

  test('strings are read with their escapes', () => {
    expect(stringValue(String.raw`"a \"b\" \\ \n \u00e9"`)).toBe('a "b" \\ \n é');
    expect(stringValue('env("X")')).toBeUndefined();
  });

  test('arguments are split at the commas between them and nowhere else', () => {
    expect(parseArguments('a, [b, c], d(e, "f, )"), where: { g: 1, h: "," }').map(({ value }) => value)).toEqual([
      'a',
      '[b, c]',
      'd(e, "f, )")',
      '{ g: 1, h: "," }',
    ]);
  });

  test('what is not closed ends with the line', () => {
    expect(parseAttributes('@default("x @map(y')).toEqual([{ name: 'default', args: [{ name: undefined, value: '"x @map(y' }] }]);
  });
});
