import type { ResolvedDatabaseOptions } from '../options';
import { findDrift } from '../schema/drift';
import type { PrismaProject } from '../schema/schema-source';

/** The database whose template has been made by migrations. */
export interface MigratedDatabase {
  readonly project: PrismaProject;
  readonly options: ResolvedDatabaseOptions;
  readonly resolveFrom: readonly string[];
  report(line: string): void;
}

/**
 * Says in which way the migrations do not lead to the schema, and which options have no say in what migrations make.
 * A warning: tests may be run between the change of a schema and its migration.
 */
export async function warnOfDrift({ project, options, resolveFrom, report }: MigratedDatabase, url: string): Promise<void> {
  const unused = (['overlay', 'exclude'] as const).filter((name) => options[name].length > 0);
  if (unused.length > 0)
    report(`Database '${options.name}' is made by its migrations: the option \`${unused.join('` and `')}\` changes nothing.`);
  try {
    const drift = await findDrift({ project, url, resolveFrom, env: process.env });
    if (drift !== undefined) report(describeDrift(options.name, project, drift));
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    report(`The migrations of database '${options.name}' were not compared with its schema: ${reason}`);
  }
}

function describeDrift(name: string, project: PrismaProject, drift: string): string {
  const rows = drift.split('\n').map((line) => (line === '' ? '' : `    ${line}`));
  return [
    `The migrations of database '${name}' do not lead to its schema. What is missing from them:`,
    ...rows,
    `  ${project.migrationsPath}`,
    '  npx prisma migrate dev  makes the migration.',
  ].join('\n');
}
