import { createRegistry, type KindDefinition, type KindRegistry } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';

/** A kind without rules of its own, for tests of what works on every kind. Widgets alone count generations. */
export function plainKind(plural: string, kind: string, group = ''): KindDefinition {
  const carryStatus = (next: KubeObject, current: KubeObject): KubeObject => {
    const { status: _status, ...rest } = next;
    return current.status ? { ...rest, status: current.status } : rest;
  };
  return {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    scope: plural === 'namespaces' ? 'Cluster' : 'Namespaced',
    versions: [{ group, version: 'v1', message: '' }],
    verbs: ['create', 'delete', 'get', 'list', 'update'],
    subresources: [],
    columns: [],
    hasGeneration: kind === 'Widget',
    selectableFields: {},
    strategy: {
      applyDefaults: (object) => object,
      prepareForCreate: (object) => object,
      prepareForUpdate: carryStatus,
      validateCreate: () => [],
      validateUpdate: () => [],
      status: {
        prepareForUpdate: (next, current) => ({
          ...current,
          ...(next.status ? { status: next.status } : {}),
        }),
        validateUpdate: () => [],
      },
    },
  };
}

export const plainRegistry: KindRegistry = createRegistry([
  plainKind('namespaces', 'Namespace'),
  plainKind('events', 'Event'),
  plainKind('widgets', 'Widget'),
  plainKind('gadgets', 'Gadget', 'example.com'),
]);
