import { aggregateFieldErrors, fieldErrorCauses, type FieldError } from '../field-errors/field-error.ts';
import { goQuote } from '../field-errors/go-quote.ts';
import type { StatusDetails } from '../status.ts';
import {
  formatGroupKind,
  formatGroupResource,
  type GroupKind,
  type GroupResource,
  StatusError,
} from './status-error.ts';

/** `pods "x" not found` */
export function notFoundError(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} not found`;
  return new StatusError('NotFound', message, { details: objectDetails(resource, name) });
}

/** `pods "x" already exists` */
export function alreadyExistsError(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} already exists`;
  return new StatusError('AlreadyExists', message, { details: objectDetails(resource, name) });
}

/** The name that the server made from `generateName` is taken. */
export function generateNameConflictError(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  const details = { ...objectDetails(resource, name), retryAfterSeconds: 1 };
  return new StatusError('AlreadyExists', message, { details });
}

/** `Operation cannot be fulfilled on jobs.batch "x": <explanation>` */
export function conflictError(resource: GroupResource, name: string, explanation: string): StatusError {
  const message = `Operation cannot be fulfilled on ${formatGroupResource(resource)} ${goQuote(name)}: ${explanation}`;
  return new StatusError('Conflict', message, { details: objectDetails(resource, name) });
}

/** An update that carries an older `resourceVersion` than the stored object has. */
export function modifiedError(resource: GroupResource, name: string): StatusError {
  const explanation =
    'the object has been modified; please apply your changes to the latest version and try again';
  return conflictError(resource, name, explanation);
}

/** A value that the request requires, and the one that the stored object has. */
export interface PreconditionMismatch {
  readonly required: string;
  readonly stored: string;
}

/** An update whose object carries another `uid` than the stored one. */
export function updateUidConflictError(
  resource: GroupResource,
  name: string,
  uid: PreconditionMismatch,
): StatusError {
  const explanation = `Precondition failed: UID in precondition: ${uid.required}, UID in object meta: ${uid.stored}`;
  return conflictError(resource, name, explanation);
}

/** A deletion whose `preconditions.uid` is not that of the object. Upstream names the kind, not the resource, here. */
export function deleteUidConflictError(
  kind: GroupKind,
  name: string,
  uid: PreconditionMismatch,
): StatusError {
  const explanation = `the UID in the precondition (${uid.required}) does not match the UID in record (${uid.stored}). The object might have been deleted and then recreated`;
  return conflictError({ group: kind.group, resource: kind.kind }, name, explanation);
}

/** A deletion whose `preconditions.resourceVersion` is not that of the object. */
export function deleteVersionConflictError(
  kind: GroupKind,
  name: string,
  resourceVersion: PreconditionMismatch,
): StatusError {
  const explanation = `the ResourceVersion in the precondition (${resourceVersion.required}) does not match the ResourceVersion in record (${resourceVersion.stored}). The object might have been modified`;
  return conflictError({ group: kind.group, resource: kind.kind }, name, explanation);
}

/** `Job.batch "x" is invalid: spec.completions: Invalid value: …`, with one cause per field error. */
export function invalidError(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const aggregate = aggregateFieldErrors(errors);
  const message = `${formatGroupKind(kind)} ${goQuote(name)} is invalid${aggregate === '' ? '' : `: ${aggregate}`}`;
  const details: StatusDetails = {
    ...(name !== '' && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    ...(errors.length > 0 && { causes: fieldErrorCauses(errors) }),
  };
  return new StatusError('Invalid', message, { details });
}

/** `jobs.batch "x" is forbidden: <explanation>`; without a name `jobs.batch is forbidden: …`. */
export function forbiddenError(resource: GroupResource, name: string, explanation: string): StatusError {
  return new StatusError('Forbidden', forbiddenMessage(resource, name, explanation), {
    details: objectDetails(resource, name),
  });
}

/** A create in a namespace that is being deleted. */
export function namespaceTerminatingError(
  resource: GroupResource,
  name: string,
  namespace: string,
): StatusError {
  const explanation = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return new StatusError('Forbidden', forbiddenMessage(resource, name, explanation), {
    details: { ...objectDetails(resource, name), causes: [cause] },
  });
}

function forbiddenMessage(resource: GroupResource, name: string, explanation: string): string {
  if (resource.resource === '' && resource.group === '') return `forbidden: ${explanation}`;
  const subject = formatGroupResource(resource);
  return `${name === '' ? subject : `${subject} ${goQuote(name)}`} is forbidden: ${explanation}`;
}

function objectDetails({ group, resource }: GroupResource, name: string): StatusDetails {
  return {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    ...(resource !== '' && { kind: resource }),
  };
}
