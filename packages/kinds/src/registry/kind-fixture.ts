import { formatFieldError, type KubeObject, renderTable } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { apiVersionOf } from './resource-name.ts';

/** For tests of kinds: an object of the storage version with these members. */
export function objectOf(
  kind: KindDefinition,
  members: Partial<KubeObject> & Record<string, unknown> = {},
): KubeObject {
  const namespace = kind.scope === 'Namespaced' ? { namespace: 'default' } : {};
  return {
    apiVersion: apiVersionOf(kind.versions[0]),
    kind: kind.kind,
    ...members,
    metadata: { name: 'a', ...namespace, ...members.metadata },
  };
}

/** What a create of these members is refused for. */
export function createErrors(kind: KindDefinition, members: Record<string, unknown>): string[] {
  return kind.strategy.validateCreate(objectOf(kind, members)).map(formatFieldError);
}

/** What an update to `next` is refused for. */
export function updateErrors(
  kind: KindDefinition,
  current: Record<string, unknown>,
  next: Record<string, unknown>,
): string[] {
  return kind.strategy.validateUpdate(objectOf(kind, next), objectOf(kind, current)).map(formatFieldError);
}

/** The object as `kubectl get` shows it: column name to cell. Columns of `-o wide` end in `*`. */
export function cellsOf(kind: KindDefinition, object: KubeObject, now: Date): Record<string, unknown> {
  const { columnDefinitions, rows } = renderTable({
    columns: kind.columns,
    objects: [object],
    metadata: {},
    now,
  });
  const names = columnDefinitions.map(({ name, priority }) => (priority === 0 ? name : `${name}*`));
  return Object.fromEntries(names.map((name, index) => [name, rows[0]?.cells[index]]));
}
