import type { KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';
import type { LifecycleContext } from './mutation.ts';

/** A kind without rules of its own, for tests of what the lifecycle does to every kind. */
export const boat: KindDefinition = {
  kind: 'Boat',
  listKind: 'BoatList',
  plural: 'boats',
  singular: 'boat',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: 'harbour.example', version: 'v1', message: 'example.Boat' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: withoutStatus,
    prepareForUpdate: keepStatus,
    validateCreate: noErrors,
    validateUpdate: noErrors,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: noErrors },
  },
  selectableFields: {},
  hasGeneration: true,
};

/** A boat that gets grace when it is deleted, as pods do. */
export const gracefulBoat: KindDefinition = {
  ...boat,
  deletionGraceSeconds: (_object, requestedSeconds) => requestedSeconds ?? 30,
};

export const now = new Date('2026-05-01T12:00:00.900Z');

export const context: LifecycleContext = { now, newUid: () => 'uid-1', newNameSuffix: () => 'x7k2p' };

/** A stored boat. */
export function storedBoat(metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    apiVersion: 'harbour.example/v1',
    kind: 'Boat',
    metadata: {
      name: 'tug',
      namespace: 'dock',
      uid: 'uid-1',
      resourceVersion: '7',
      generation: 1,
      creationTimestamp: '2026-05-01T11:00:00Z',
      ...metadata,
    },
    spec: { crew: 3 },
    status: { afloat: true },
  };
}
