import { describeOperation, describeTransaction } from './call-context';
import type { LostWrite, StatementLog, StatementRecord } from './statement-log';

/** At most so many statements are shown, the last ones, each at most so long. */
const shown = 25;
const width = 400;

/** The statements of a test for a person at a terminal: call, SQL, parameters, time. */
export function renderStatements(database: string, { records, dropped, lost }: ReturnType<StatementLog['take']>): string {
  const last = records.slice(-shown);
  const hidden = dropped + records.length - last.length;
  const title = `SQL of this test${database === 'default' ? '' : ` (database '${database}')`}${hidden > 0 ? `, the last ${shown} of ${hidden + shown}` : ''}:`;
  const losses = lost.length > 0 ? [lostTitle, ...lost.slice(-shown).map(renderLost)] : [];
  return [title, ...last.map(renderStatement), ...losses].join('\n');
}

const lostTitle = 'Taken along by a rollback, although it came from outside of the transaction (in production it stays):';

function renderLost({ sql, operation, transaction }: LostWrite): string {
  return [renderSql(sql), `    by     ${describeOperation(operation)}`, `    with   ${describeTransaction(transaction)}`].join('\n');
}

function renderStatement({ sql, args, ms, operation, error }: StatementRecord): string {
  const lines = [renderSql(sql)];
  if (args.length > 0) lines.push(`    with   ${clip(args.map(renderValue).join(', '))}`);
  if (operation) lines.push(`    by     ${describeOperation(operation)}`);
  lines.push(`    ${error ? 'failed' : 'took  '} ${ms.toFixed(1)} ms${error ? `: ${clip(error.replaceAll(/\s+/g, ' '))}` : ''}`);
  return lines.join('\n');
}

function renderSql(sql: string): string {
  return `  ${clip(sql.replaceAll(/\s+/g, ' ').trim())}`;
}

function renderValue(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (typeof value === 'bigint') return `${value}n`;
  return JSON.stringify(value) ?? String(value);
}

function clip(text: string): string {
  return text.length > width ? `${text.slice(0, width)}… (${text.length} characters)` : text;
}
