import { stringify } from 'yaml';
import { formatTable } from './format-table.ts';

/** What `-o` takes. */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The server's own table of objects: it knows which columns its kinds have. */
export const tableMediaType = 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json';

interface NamedObject {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly name?: string };
}

interface ServerTable {
  readonly kind: 'Table';
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** The answer to a read, as `-o` asks for it. @param nothing what a table without rows says instead */
export function formatAnswer(answer: unknown, format: OutputFormat, nothing = 'No resources found'): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(withoutManagers(answer), null, 4)}\n`;
    case 'yaml':
      return stringify(withoutManagers(answer), { lineWidth: 0 });
    case 'name':
      return objectsOf(answer)
        .map((object) => `${qualifiedName(object)}\n`)
        .join('');
    case 'table':
    case 'wide':
      return isTable(answer) ? formatServerTable(answer, format === 'wide', nothing) : '';
    default:
      return format satisfies never;
  }
}

/** Objects without what only server-side apply reads; kubectl leaves it out as well. */
function withoutManagers(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (key === 'managedFields' ? undefined : value)),
  );
}

function formatServerTable(table: ServerTable, isWide: boolean, nothing: string): string {
  if (table.rows.length === 0) return nothing;
  const shown = table.columnDefinitions.flatMap(({ priority }, index) =>
    priority === 0 || isWide ? [index] : [],
  );
  const columns = shown.map((index) => table.columnDefinitions[index]?.name ?? '');
  const rows = table.rows.map(({ cells }) => shown.map((index) => textOf(cells[index])));
  return formatTable(columns, rows);
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined || cell === '') return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/** `cluster.platform.berth.dev/a`, as kubectl prints names. */
function qualifiedName({ kind = '', apiVersion = '', metadata }: NamedObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLowerCase()}${group}/${metadata?.name ?? ''}`;
}

/** The members of a list carry neither kind nor version: they have the list's. */
function objectsOf(answer: unknown): readonly NamedObject[] {
  const list = answer as NamedObject & { readonly items?: readonly NamedObject[] };
  if (list.items === undefined) return [list];
  const kind = (list.kind ?? '').replace(/List$/, '');
  return list.items.map((item) => ({ kind, apiVersion: list.apiVersion ?? '', ...item }));
}

function isTable(answer: unknown): answer is ServerTable {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'Table';
}
