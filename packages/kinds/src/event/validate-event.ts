import {
  byteLength,
  checkDns1123Subdomain,
  checkQualifiedName,
  type FieldError,
  invalid,
  nameIsDnsSubdomain,
  path,
  required,
  semanticEqual,
} from '@berth/machinery';
import type { Event } from '../generated/api-types.ts';

const lengthLimits = { reportingInstance: 128, action: 128, reason: 128, message: 1024 } as const;

/** Rules for every event, whichever version it was written in. */
export function validateEvent(event: Event): FieldError[] {
  const { namespace = '' } = event.metadata;
  return [
    ...validateInvolvedNamespace(event),
    // Only newer clients set the time of the event; only they are held to the newer rules.
    ...(event.eventTime ? validateReport(event) : []),
    ...checkDns1123Subdomain(namespace).map((problem) => invalid(path('namespace'), namespace, problem)),
  ];
}

/** Further rules for events that are created in `events.k8s.io/v1`. */
export function validateStrictCreate(event: Event): FieldError[] {
  const { name } = event.metadata;
  const errors = [
    ...nameIsDnsSubdomain(name).map((problem) => invalid(path('metadata', 'name'), name, problem)),
    ...validateSeries(event),
  ];
  if (!event.eventTime) errors.push(required(path('eventTime')));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(invalid(path('type'), '', `has invalid value: ${event.type ?? ''}`));
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count'] as const) {
    if (event[field]) errors.push(invalid(path(field), '', 'needs to be unset'));
  }
  if (event.source?.component || event.source?.host) {
    errors.push(invalid(path('source'), '', 'needs to be unset'));
  }
  return errors;
}

/** Further rules for events that are updated in `events.k8s.io/v1`: little more than the series may change. */
export function validateStrictUpdate(next: Event, current: Event): FieldError[] {
  const errors = semanticEqual(next.series, current.series) ? [] : validateSeries(next);
  for (const field of fixedFields) {
    if (!semanticEqual(next[field] ?? emptyValues[field], current[field] ?? emptyValues[field])) {
      const at = path(field === 'reportingComponent' ? 'reportingController' : field);
      errors.push(invalid(at, next[field] ?? emptyValues[field], 'field is immutable'));
    }
  }
  return errors;
}

const fixedFields = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const satisfies ReadonlyArray<keyof Event>;

const emptyValues: Partial<Record<keyof Event, unknown>> = {
  reason: '',
  message: '',
  source: {},
  count: 0,
  type: '',
  action: '',
  reportingComponent: '',
  reportingInstance: '',
};

/** An event lives where its object does; events of cluster-scoped objects live in `default`. */
function validateInvolvedNamespace(event: Event): FieldError[] {
  const { namespace = '' } = event.metadata;
  const involved = event.involvedObject.namespace ?? '';
  const homeless = event.eventTime ? ['default', 'kube-system'] : ['', 'default'];
  const isHome = involved === '' ? homeless.includes(namespace) : event.eventTime || involved === namespace;
  if (isHome) return [];
  return [invalid(path('involvedObject', 'namespace'), involved, 'does not match event.namespace')];
}

function validateReport(event: Event): FieldError[] {
  const controller = event.reportingComponent ?? '';
  const errors: FieldError[] = [];
  const at = path('reportingController');
  if (controller === '') errors.push(required(at));
  errors.push(...checkQualifiedName(controller).map((problem) => invalid(at, controller, problem)));
  for (const [field, limit] of Object.entries(lengthLimits)) {
    const text = event[field as keyof typeof lengthLimits] ?? '';
    if (text === '' && field !== 'message') errors.push(required(path(field)));
    if (byteLength(text) > limit) {
      errors.push(invalid(path(field), '', `can have at most ${limit} characters`));
    }
  }
  return errors;
}

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid(path('series.count'), '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required(path('series.lastObservedTime')));
  return errors;
}
