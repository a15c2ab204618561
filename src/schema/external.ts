import { createError } from '../errors';
import { nearestName } from '../options-nearest';
import type { PslBlock } from './psl';
import type { PrismaProject, VariantOptions } from './schema-source';
import { databaseName, filterName } from './table-name';

/** External tables and enums that tests do not get. */
export interface Omitted {
  /** By Prisma's filter names, those without a block in the schema included. */
  readonly tables: readonly string[];
  readonly enums: readonly string[];
  /** Blocks that declare them. */
  readonly blocks: readonly PslBlock[];
}

/**
 * Which external tables and enums are left out. A list of `create` leaves out the others, a list of `omit` makes the
 * others; names are `schema.table`, the table's alone, or the model's. An enum that a remaining table uses is made
 * whatever the lists say, because the table cannot be without it.
 */
export function decideExternal(
  project: PrismaProject,
  blocks: readonly PslBlock[],
  external: VariantOptions['external'],
  defaultSchema: string | undefined,
): Omitted {
  const find = (name: string, kinds: readonly PslBlock['kind'][]): PslBlock | undefined =>
    blocks.find((block) => kinds.includes(block.kind) && names(block, defaultSchema).slice(0, 2).includes(name));
  const tables = project.externalTables.map((name) => ({ name, block: find(name, ['model', 'view']) }));
  const enums = project.externalEnums.map((name) => ({ name, block: find(name, ['enum']) }));

  const isOmitted = chooser(external, [...tables, ...enums], blocks, defaultSchema);
  const omittedTables = tables.filter(isOmitted);
  const gone = new Set(omittedTables.map(({ block }) => block));
  const used = new Set(blocks.filter((block) => !gone.has(block)).flatMap(({ fields }) => fields.map(({ type }) => type)));
  const omittedEnums = enums.filter((entry) => isOmitted(entry) && !(entry.block && used.has(entry.block.name)));
  return {
    tables: omittedTables.map(({ name }) => name),
    enums: omittedEnums.map(({ name }) => name),
    blocks: [...omittedTables, ...omittedEnums].flatMap(({ block }) => block ?? []),
  };
}

interface ExternalEntry {
  readonly name: string;
  readonly block: PslBlock | undefined;
}

function chooser(
  external: VariantOptions['external'],
  entries: readonly ExternalEntry[],
  blocks: readonly PslBlock[],
  defaultSchema: string | undefined,
): (entry: ExternalEntry) => boolean {
  if (typeof external === 'string') return () => external === 'omit';
  const aliases = ({ name, block }: ExternalEntry): string[] => [
    name,
    name.slice(name.indexOf('.') + 1),
    ...(block === undefined ? [] : names(block, defaultSchema)),
  ];
  for (const [list, listed] of Object.entries(external) as ['create' | 'omit', readonly string[]][]) {
    for (const name of listed) {
      if (!entries.some((entry) => aliases(entry).includes(name))) {
        throw notExternal(
          list,
          name,
          entries.map((entry) => entry.name),
          blocks,
          defaultSchema,
        );
      }
    }
  }
  const lists = (list: readonly string[] | undefined, entry: ExternalEntry): boolean =>
    list?.some((name) => aliases(entry).includes(name)) ?? false;
  const { create, omit } = external;
  return (entry) => lists(omit, entry) || (create !== undefined && omit === undefined && !lists(create, entry));
}

/** Filter name, database name and model name. */
function names(block: PslBlock, defaultSchema: string | undefined): [string, string, string] {
  return [filterName(block, defaultSchema), databaseName(block), block.name];
}

function notExternal(
  list: 'create' | 'omit',
  name: string,
  externals: readonly string[],
  blocks: readonly PslBlock[],
  defaultSchema: string | undefined,
): Error {
  const managed = blocks.find((block) => names(block, defaultSchema).includes(name));
  const near = nearestName(name, externals);
  const declare = `declare it in the Prisma config:  tables: { external: ['${managed ? filterName(managed, defaultSchema) : name}'] }`;
  return createError({
    code: 'PRISMA_TEST_NOT_EXTERNAL',
    message: `The option \`external.${list}\` names "${name}", which is not an external table or enum of this project.`,
    facts: { external: externals.join(', ') || 'none' },
    cure:
      managed === undefined && near !== undefined
        ? `write  external: { ${list}: ['${near}'] }`
        : managed === undefined
          ? declare
          : `${declare}\nor leave it out with  exclude: ['${managed.name}']`,
  });
}
