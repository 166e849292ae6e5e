import { goQuote } from '../field-errors/go-quote.ts';
import type { StatusCause } from '../status.ts';
import { type FieldSet, forEachPath, type PathElement } from './field-set.ts';
import { type Manager, managerKey } from './managers.ts';

/** What an apply would take from another manager. */
export interface ManagerConflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** The message and causes of a `Conflict` status, as upstream words them. */
export function describeConflicts(conflicts: readonly ManagerConflict[]): {
  readonly message: string;
  readonly causes: readonly StatusCause[];
} {
  const sorted = conflicts.toSorted((left, right) =>
    managerKey(left.manager) < managerKey(right.manager) ? -1 : 1,
  );
  const byManager = sorted.map(({ manager, fields }) => ({ name: nameOf(manager), paths: pathsOf(fields) }));
  const causes = byManager.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })),
  );
  const [only] = causes;
  if (causes.length === 1 && only) {
    return { message: `Apply failed with 1 conflict: ${only.message}: ${only.field}`, causes };
  }
  const lines = byManager.flatMap(({ name, paths }) => [
    `conflicts with ${name}:`,
    ...paths.map((path) => `- ${path}`),
  ]);
  return { message: `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes };
}

function nameOf({ manager, operation, apiVersion, subresource }: Manager): string {
  const quoted = goQuote(manager);
  const name = subresource === '' ? quoted : `${quoted} with subresource ${goQuote(subresource)}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

function pathsOf(fields: FieldSet): readonly string[] {
  const paths: string[] = [];
  forEachPath(fields, (path) => paths.push(path.map(formatElement).join('')));
  return paths;
}

/** `.spec`, `[name="x"]`, `[="x"]` */
export function formatElement(element: PathElement): string {
  const content = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${content}`;
    case 'k:': {
      const keys = Object.entries(JSON.parse(content) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${formatValue(value)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${formatValue(JSON.parse(content))}]`;
    default:
      return `[${content}]`;
  }
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}
