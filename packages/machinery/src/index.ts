export { type ApplyRequest, type ApplyResult, applyPatch } from './apply/apply-patch.ts';
export { decodeAppliedConfiguration } from './apply/decode-applied.ts';
export type { FieldWriter } from './apply/field-writer.ts';
export { type TrackedUpdate, trackUpdate } from './apply/track-update.ts';
export { type CelBudget, withinCelBudget } from './cel/cel-budget.ts';
export { type CelEnvironment, type CelProgram, createCelEnvironment } from './cel/cel-environment.ts';
export { CelError, type CelErrorCode } from './cel/cel-error.ts';
export { type CelValue, celValueOf } from './cel/cel-value.ts';
export { claimExpressions, userExpressions } from './cel/identity-expressions.ts';
export {
  type ContinuePosition,
  decodeContinueToken,
  encodeContinueToken,
} from './continue-token/continue-token.ts';
export { copyJson } from './copy-json.ts';
export { type CronSchedule, CronScheduleError, parseCronSchedule } from './cron/cron-schedule.ts';
export { latestCronTime, type LatestCronTime } from './cron/latest-cron-time.ts';
export { isTimeZone, zoneOffsetMs } from './cron/time-zone.ts';
export { decodeJsonBody, decodeValue } from './decode/decode-json.ts';
export { durationMs } from './decode/duration-form.ts';
export type { DecodedBody, DecodeOptions, DecodeTarget, FieldValidation } from './decode/decode-options.ts';
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
export { aggregateMessages } from './field-errors/aggregate-messages.ts';
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
export {
  type IntOrPercent,
  percentOf,
  scaledIntOrPercent,
  validateAtMost100Percent,
  validateIntOrPercent,
} from './int-or-percent/int-or-percent.ts';
export {
  foregroundFinalizer,
  type ObjectMetaRules,
  orphanFinalizer,
  validateAnnotations,
  validateFieldManager,
  validateLabels,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from './meta/validate-object-meta.ts';
export {
  checkCIdentifier,
  checkConfigMapKey,
  checkEnvVarName,
  checkHttpHeaderName,
  checkPortName,
  checkPortNumber,
} from './names/config-keys.ts';
export {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  maxDnsLabelLength,
  maxDnsSubdomainLength,
} from './names/dns.ts';
export { byteLength, maxLengthExplanation, rangeExplanation, regexExplanation } from './names/explain.ts';
export { checkCidr, checkIp, cidrVersion, ipVersion } from './names/ip.ts';
export { checkLabelValue, checkQualifiedName } from './names/labels.ts';
export {
  generateName,
  type NameRule,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  nameIsPathSegment,
} from './names/object-names.ts';
export type { FieldsV1, Json, KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.ts';
export { encodeOpenApiV2Protobuf } from './openapi/encode-openapi-v2.ts';
export { openApiV2Document } from './openapi/openapi-v2.ts';
export { type OpenApiRequest, openApiV3Document, openApiV3Index } from './openapi/openapi-v3.ts';
export type { OpenApiResource, OpenApiSubresource } from './openapi/served-resource.ts';
export {
  applyPatchBody,
  type PatchMediaType,
  type PatchRequest,
  patchMediaTypes,
} from './patch/patch-body.ts';
export { decodeProtobufBody } from './protobuf/decode-protobuf.ts';
export { encodeProtobufBody } from './protobuf/encode-protobuf.ts';
export {
  addQuantities,
  compareQuantities,
  formatQuantity,
  MalformedQuantityError,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
  quantityMillis,
  quantityUnits,
  subtractQuantities,
} from './quantity/quantity.ts';
export {
  addedUsage,
  judgeQuotas,
  planState,
  type QuotaState,
  type UsageChange,
} from './quota/judge-quotas.ts';
export { countedOnly, type ObjectUsage, objectCounter } from './quota/object-usage.ts';
export {
  describeQuotaRefusal,
  type ExceededLimit,
  type MissingAmount,
  type QuotaRefusal,
} from './quota/quota-refusal.ts';
export { type HardLimit, isSelected, type QuotaRule, type ScopeRule } from './quota/quota-rule.ts';
export type { SchemaField, SchemaMessage, SchemaTable } from './schema-table.ts';
export {
  type FieldRequirement,
  matchesFields,
  parseFieldSelector,
  unsupportedFieldError,
} from './selectors/field-selector.ts';
export {
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  meetsRequirement,
} from './selectors/label-requirement.ts';
export {
  labelSelectorRequirements,
  type LabelSelectorObject,
  matchesLabels,
  validateLabelSelector,
} from './selectors/label-selector.ts';
export { MalformedSelectorError, parseLabelSelector } from './selectors/parse-label-selector.ts';
export { semanticEqual } from './semantic-equal.ts';
export type { Status, StatusCause, StatusDetails } from './status.ts';
export {
  decodeStoredBody,
  encodeStoredBody,
  renderStoredBody,
  type StoredBody,
  type TypeMeta,
} from './stored-body.ts';
export { humanAge, humanDuration } from './table/human-duration.ts';
export {
  type IncludeObject,
  type ListMeta,
  type PartialObjectMetadata,
  partialObjectMetadata,
  renderTable,
  type Table,
  type TableColumn,
  type TableColumnDefinition,
  type TableRequest,
  type TableRow,
  type TableVersion,
} from './table/table.ts';
export { toMicroTime, toTime } from './time.ts';
export { decodeYamlBody } from './yaml/decode-yaml.ts';
