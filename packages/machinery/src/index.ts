export { BerthError } from './errors/berth-error.ts';
export {
  alreadyExistsError,
  conflictError,
  deleteUidConflictError,
  deleteVersionConflictError,
  forbiddenError,
  generateNameConflictError,
  invalidError,
  modifiedError,
  namespaceTerminatingError,
  notFoundError,
  type PreconditionMismatch,
  updateUidConflictError,
} from './errors/object-errors.ts';
export {
  badRequestError,
  continueExpiredError,
  goneError,
  internalError,
  listExpiredError,
  methodNotAllowedError,
  notAcceptableError,
  pageNotFoundError,
  requestEntityTooLargeError,
  resourceVersionTooLargeError,
  serverTimeoutError,
  serviceUnavailableError,
  timeoutError,
  tooManyRequestsError,
  unauthorizedError,
  unsupportedMediaTypeError,
  watchExpiredError,
} from './errors/request-errors.ts';
export {
  formatGroupKind,
  formatGroupResource,
  type GroupKind,
  type GroupResource,
  StatusError,
  type StatusErrorOptions,
} from './errors/status-error.ts';
export { type StatusReason, statusReasonCodes } from './errors/status-reasons.ts';
export {
  aggregateFieldErrors,
  duplicate,
  type FieldError,
  type FieldErrorReason,
  fieldErrorCauses,
  forbidden,
  formatFieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
  valueNotFound,
} from './field-errors/field-error.ts';
export { goQuote } from './field-errors/go-quote.ts';
export { FieldPath, path } from './field-errors/path.ts';
export type { FieldsV1, Json, KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.ts';
export type { SchemaField, SchemaMessage, SchemaTable } from './schema-table.ts';
export type { Status, StatusCause, StatusDetails } from './status.ts';
export {
  decodeStoredBody,
  encodeStoredBody,
  renderStoredBody,
  type StoredBody,
  type TypeMeta,
} from './stored-body.ts';
