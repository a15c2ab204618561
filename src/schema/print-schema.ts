import path from 'node:path';
import { createDdl, supportsEngine } from './push-engine';
import type { PrismaProject, SchemaVariant } from './schema-source';

/** What `npx jest-environment-prisma schema` prints: what is pushed, and what the push runs. */
export interface PrintedSchema {
  /** The variant, file after file under its path; runs of blank lines, where something was left out, shortened. */
  readonly schema: string;
  /** The DDL; a comment that says why there is none where only the real `prisma db push` can make it. */
  readonly ddl: string;
}

/** The variant of a project and its DDL as text for people. Paths are relative to `rootDir`. */
export async function printSchema(project: PrismaProject, variant: SchemaVariant, rootDir: string): Promise<PrintedSchema> {
  const relative = (file: string): string => path.relative(rootDir, file).split(path.sep).join('/');
  const files = variant.files
    .map(({ path: file, content }) => ({ file: relative(file), content: content.trim().replace(/(?:\r?\n[ \t]*){3,}/g, '\n\n') }))
    .filter(({ content }) => content !== '')
    .map(({ file, content }) => `// ${file}\n${content}\n`);
  const omitted = [...variant.omittedTables, ...variant.omittedEnums].map((name) => `// omitted: ${name} (external)\n`);
  const ddl = supportsEngine(project.provider)
    ? await createDdl(variant, project.provider)
    : `-- The DDL for ${project.provider} is made by \`prisma db push\` itself.\n`;
  return { schema: [...files, ...omitted].join('\n'), ddl };
}
