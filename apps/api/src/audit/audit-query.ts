import { badRequestError, type FieldRequirement } from '@berth/machinery';
import type { AuditCondition, AuditQuery } from '@berth/store';
import type { ApiContext } from '../api-env.ts';
import { listOptionsOf } from '../request/list-options.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { auditEventName, auditPosition } from './render-audit-event.ts';

/** Lists that name no limit end here, and say where to go on. */
const mostEvents = 10_000;

const fields: Readonly<Record<string, AuditCondition['field']>> = {
  'metadata.namespace': 'namespace',
  'user.username': 'username',
  verb: 'verb',
  'objectRef.resource': 'plural',
  'objectRef.namespace': 'namespace',
  'objectRef.name': 'name',
  'responseStatus.code': 'code',
};

/** What a request for events asks of the log: ListOptions, and `since` and `until` (RFC 3339). @throws StatusError `BadRequest` */
export function auditQueryOf(c: ApiContext, scope: ResourceScope): AuditQuery {
  const options = listOptionsOf(c, scope);
  if (options.labels.length > 0) throw badRequestError('audit events have no labels to select by');
  const after = options.continueToken === '' ? undefined : positionOf(options.continueToken);
  const [since, until] = [timeOf(c, 'since'), timeOf(c, 'until')];
  const where = options.fields.map(conditionOf);
  if (scope.namespace !== '') where.push({ field: 'namespace', isEqual: true, value: scope.namespace });
  return {
    limit: options.limit > 0 ? Math.min(options.limit, mostEvents) : mostEvents,
    where,
    ...(after && { after }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

function conditionOf({ field, operator, value }: FieldRequirement): AuditCondition {
  const column = fields[field];
  if (column === undefined) throw badRequestError(`audit events cannot be selected by ${field}`);
  return { field: column, isEqual: operator !== '!=', value };
}

function positionOf(token: string) {
  const position = auditPosition(token);
  if (position === undefined) throw badRequestError('continue key is not valid');
  return position;
}

/** Where a page ends, as the next one's `continue`. */
export function auditContinueToken(position: Parameters<typeof auditEventName>[0]): string {
  return auditEventName(position);
}

function timeOf(c: ApiContext, parameter: 'since' | 'until'): Date | undefined {
  const text = c.req.query(parameter);
  if (text === undefined || text === '') return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(text)) {
    throw badRequestError(`${parameter} must be a time of RFC 3339, such as 2026-01-31T12:00:00Z`);
  }
  return time;
}
