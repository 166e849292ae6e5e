import { type KubeObject, nameIsPathSegment } from '@berth/machinery';
import type { Event, ObjectReference } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { eventColumns } from './event-columns.ts';
import { eventFromStorage, eventToStorage } from './event-conversion.ts';
import { validateEvent, validateStrictCreate, validateStrictUpdate } from './validate-event.ts';

type Selectable = (object: KubeObject) => string;

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export const event: KindDefinition = {
  kind: 'Event',
  listKind: 'EventList',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  scope: 'Namespaced',
  versions: [
    { group: '', version: 'v1', message: 'k8s.io.api.core.v1.Event' },
    {
      group: 'events.k8s.io',
      version: 'v1',
      message: 'k8s.io.api.events.v1.Event',
      convert: { toStorage: eventToStorage, fromStorage: eventFromStorage },
      strict: {
        validateCreate: (object) => validateStrictCreate(object as Event),
        validateUpdate: (next, current) => validateStrictUpdate(next as Event, current as Event),
      },
    },
  ],
  verbs: objectVerbs,
  subresources: [],
  columns: eventColumns,
  nameRule: nameIsPathSegment,
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: (object) => validateEvent(object as Event),
    validateUpdate: (object) => validateEvent(object as Event),
  },
  selectableFields: {
    ...referenceFields('involvedObject'),
    ...referenceFields('regarding'),
    reason: (object) => (object as Event).reason ?? '',
    type: (object) => (object as Event).type ?? '',
    source: (object) => (object as Event).source?.component || reporterOf(object),
    reportingComponent: reporterOf,
    reportingController: reporterOf,
  },
  hasGeneration: false,
  defaultPropagation: 'unsupported',
  createOnUpdate: true,
};

function reporterOf(object: KubeObject): string {
  return (object as Event).reportingComponent ?? '';
}

/** Both versions' names of the fields of the object that an event is about. */
function referenceFields(prefix: string): Readonly<Record<string, Selectable>> {
  const fields: ReadonlyArray<keyof ObjectReference> = [
    'kind',
    'namespace',
    'name',
    'uid',
    'apiVersion',
    'resourceVersion',
    'fieldPath',
  ];
  return Object.fromEntries(
    fields.map((field) => [
      `${prefix}.${field}`,
      (object: KubeObject) => (object as Event).involvedObject[field] ?? '',
    ]),
  );
}
