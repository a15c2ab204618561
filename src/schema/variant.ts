import { createError } from '../errors';
import { decideExternal } from './external';
import { nearestName } from '../options-nearest';
import { parsePsl } from './psl';
import type { PslBlock, PslField } from './psl';
import { applyEdits } from './psl-text';
import type { Edit, Span } from './psl-text';
import type { PrismaProject, SchemaFile, SchemaVariant, VariantOptions } from './schema-source';
import { databaseName, defaultSchemaOf } from './table-name';
import { createViews, findViewDefinition } from './views';

/**
 * The schema as tests need it: external tables and enums made as if Prisma managed them unless they are omitted, views
 * made real, overlays added, exclusions left out. A pure function of the project, the options and the view files. What
 * stays, stays on the line it was on.
 */
export function createVariant(project: PrismaProject, options: VariantOptions): SchemaVariant {
  const defaultSchema = defaultSchemaOf(project);
  const overlayPaths = new Set(options.overlay.map(({ path }) => path));
  const projectFiles = project.files.filter(({ path }) => !overlayPaths.has(path));

  const own = projectFiles.flatMap(parsePsl);
  const overlay = options.overlay.flatMap(parsePsl);
  const overlayNames = new Set(overlay.filter(isDeclaration).map(({ name }) => name));
  const replaced = own.filter((block) => isDeclaration(block) && overlayNames.has(block.name));
  const declared = [...own, ...overlay].filter((block) => isDeclaration(block) && !replaced.includes(block));

  const excluded = findExcluded(declared, options.exclude);
  const present = declared.filter((block) => !excluded.includes(block));
  const omitted = decideExternal(project, present, options.external, defaultSchema);
  const left = present.filter((block) => !omitted.blocks.includes(block));

  const views = left
    .filter(({ kind }) => kind === 'view')
    .map((block) => ({ block, definition: findViewDefinition(project, block, defaultSchema) }));
  const tables = views.filter(({ definition }) => definition === undefined).map(({ block }) => block);

  // An overlay may have a datasource of its own, so that editors can check it; the project's is the one that counts.
  const gone = [...replaced, ...overlay.filter((block) => !isDeclaration(block)), ...excluded, ...omitted.blocks];
  const unreachable = new Set([...excluded, ...omitted.blocks, ...tables].filter(isRelationTarget).map(({ name }) => name));
  const edits = new Map<SchemaFile, Edit[]>();
  const remove = ({ file, span }: { file: SchemaFile; span: Span }): void => {
    edits.set(file, [...(edits.get(file) ?? []), { ...span, text: '' }]);
  };
  for (const block of [...gone, ...tables]) remove(block);
  for (const block of left.filter((candidate) => !tables.includes(candidate))) {
    for (const { span } of block.fields.filter(({ type }) => unreachable.has(type))) remove({ file: block.file, span });
  }
  const targets = new Set(declared.filter(isRelationTarget).map(({ name }) => name));
  return {
    files: [
      ...[...projectFiles, ...options.overlay].map((file) => ({ ...file, content: applyEdits(file.content, edits.get(file) ?? []) })),
      ...tables.map((block) => viewAsTable(block, ({ type }) => targets.has(type))),
    ],
    defaultSchema,
    omittedTables: omitted.tables,
    omittedEnums: omitted.enums,
    views: createViews(
      views.flatMap(({ definition }) => definition ?? []),
      project.provider,
      defaultSchema,
    ),
  };
}

function isDeclaration({ kind }: PslBlock): boolean {
  return kind !== 'datasource' && kind !== 'generator';
}

function isRelationTarget({ kind }: PslBlock): boolean {
  return kind === 'model' || kind === 'view';
}

function findExcluded(declared: readonly PslBlock[], exclude: readonly string[]): PslBlock[] {
  return exclude.map((name) => {
    const block = declared.find((candidate) => candidate.name === name);
    if (block !== undefined) return block;
    const byTable = declared.find((candidate) => databaseName(candidate) === name)?.name;
    const near =
      byTable ??
      nearestName(
        name,
        declared.map((candidate) => candidate.name),
      );
    throw createError({
      code: 'PRISMA_TEST_UNKNOWN_MODEL',
      message: `The option \`exclude\` names "${name}", which is no model, view or enum of the schema.`,
      facts: { schema: [...new Set(declared.map(({ file }) => file.path))].join('\n') },
      cure: near === undefined ? 'write the name as the schema has it' : `write  exclude: ['${near}']`,
    });
  });
}

/**
 * A view without a definition as a table of the same columns, alone in its file. It gets no keys to other tables, as
 * a view has none, and `@@ignore`, which lets Prisma push a table that has no unique column.
 */
function viewAsTable(block: PslBlock, isRelation: (field: PslField) => boolean): SchemaFile {
  const { file, span, keyword, close, fields, attributes } = block;
  const relations = fields.filter(isRelation).map((field) => ({ ...field.span, text: '' }));
  const ignore = attributes.some(({ name }) => name === 'ignore') ? [] : [{ start: close, end: close, text: '  @@ignore\n' }];
  const content = applyEdits(file.content, [
    { start: 0, end: span.start, text: '' },
    ...relations,
    { ...keyword, text: 'model' },
    ...ignore,
    { start: span.end, end: file.content.length, text: '' },
  ]);
  return { path: file.path, content: `${content.trimEnd()}\n` };
}
