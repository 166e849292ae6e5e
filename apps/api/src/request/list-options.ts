import {
  type FieldError,
  type FieldRequirement,
  badRequestError,
  forbidden,
  invalidError,
  type LabelRequirement,
  MalformedSelectorError,
  notSupported,
  parseFieldSelector,
  parseLabelSelector,
  path,
  unsupportedFieldError,
} from '@berth/machinery';
import type { KindDefinition } from '@berth/kinds';
import type { ApiContext } from '../api-env.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { booleanParameter, integerParameter, isTruthyParameter } from './query-parameters.ts';
import { parseResourceVersion } from './resource-version.ts';

type ResourceVersionMatch = 'Exact' | 'NotOlderThan';

/** `ListOptions`, parsed and validated. */
export interface ListOptions {
  readonly labels: readonly LabelRequirement[];
  readonly fields: readonly FieldRequirement[];
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: number | undefined;
  readonly match: ResourceVersionMatch | undefined;
  readonly watch: boolean;
  readonly allowBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

const matches: readonly ResourceVersionMatch[] = ['Exact', 'NotOlderThan'];

/** @throws StatusError `BadRequest` for what cannot be read, `Invalid` for combinations that upstream refuses */
export function listOptionsOf(c: ApiContext, scope: ResourceScope): ListOptions {
  const query = c.req.query();
  const errors = optionErrors(query);
  if (errors.length > 0) throw invalidError({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return {
    ...selectorsOf(query, scope),
    limit: Math.max(0, integerParameter(query['limit']) ?? 0),
    continueToken: query['continue'] ?? '',
    resourceVersion: parseResourceVersion(query['resourceVersion']),
    match: matches.find((match) => match === query['resourceVersionMatch']),
    watch: isTruthyParameter(query['watch']),
    allowBookmarks: isTruthyParameter(query['allowWatchBookmarks']),
    sendInitialEvents: booleanParameter(query['sendInitialEvents']),
    timeoutSeconds: integerParameter(query['timeoutSeconds']),
  };
}

type Query = Readonly<Record<string, string>>;

function selectorsOf(
  query: Query,
  { definition, name, viewRequirements }: ResourceScope,
): Pick<ListOptions, 'labels' | 'fields'> {
  try {
    const labels = [...parseLabelSelector(query['labelSelector'] ?? ''), ...viewRequirements];
    const fields = parseFieldSelector(query['fieldSelector'] ?? '');
    for (const { field } of fields) requireSelectable(definition, field);
    return { labels, fields: name === '' ? fields : fieldsWithName(fields, name) };
  } catch (error) {
    if (error instanceof MalformedSelectorError) throw badRequestError(error.message, error);
    throw error;
  }
}

function requireSelectable({ selectableFields }: KindDefinition, field: string): void {
  const isSelectable =
    field === 'metadata.name' || field === 'metadata.namespace' || Object.hasOwn(selectableFields, field);
  if (!isSelectable) throw unsupportedFieldError(field);
}

/** A watch of one object by its URL is a watch with a field selector. */
function fieldsWithName(fields: readonly FieldRequirement[], name: string): readonly FieldRequirement[] {
  if (fields.length === 0) return [{ field: 'metadata.name', operator: '=', value: name }];
  const isSame = fields.some(
    ({ field, operator, value }) => field === 'metadata.name' && operator === '=' && value === name,
  );
  if (!isSame) throw badRequestError("fieldSelector metadata.name doesn't match requested name");
  return fields;
}

function optionErrors(query: Query): FieldError[] {
  return isTruthyParameter(query['watch']) ? watchErrors(query) : listErrors(query);
}

function listErrors(query: Query): FieldError[] {
  const at = path('resourceVersionMatch');
  const match = query['resourceVersionMatch'] ?? '';
  const errors: FieldError[] = [];
  if (match !== '') {
    if (!query['resourceVersion']) {
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (query['continue'])
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden when continue is provided'));
    if (!matches.some((known) => known === match)) errors.push(notSupported(at, match, [...matches, '']));
    if (match === 'Exact' && query['resourceVersion'] === '0') {
      errors.push(forbidden(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (booleanParameter(query['sendInitialEvents']) !== undefined) {
    errors.push(forbidden(path('sendInitialEvents'), 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(query: Query): FieldError[] {
  const at = path('resourceVersionMatch');
  const match = query['resourceVersionMatch'] ?? '';
  const hasInitialEvents = booleanParameter(query['sendInitialEvents']) !== undefined;
  const errors: FieldError[] = [];
  if (hasInitialEvents && match !== 'NotOlderThan') {
    errors.push(forbidden(at, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (!hasInitialEvents) {
      errors.push(
        forbidden(at, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
      );
    }
    if (match !== 'NotOlderThan') errors.push(notSupported(at, match, ['NotOlderThan']));
    if (query['continue'])
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
}
