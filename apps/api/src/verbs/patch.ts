import {
  applyPatch,
  applyPatchBody,
  type ApplyResult,
  conflictError,
  decodeAppliedConfiguration,
  type FieldError,
  forbidden,
  type KubeObject,
  notFoundError,
  type PatchMediaType,
  patchMediaTypes,
  path,
  required,
  StatusError,
  unsupportedMediaTypeError,
} from '@berth/machinery';
import { type BodyForm, bodyFormOf } from '../objects/body-form.ts';
import { fieldWriter, trackFields } from '../objects/track-fields.ts';
import { fromStorage, toStorage } from '../objects/versions.ts';
import { requireAllowed } from '../pipeline/authorize.ts';
import { mediaTypeOf } from '../request/decode-body.ts';
import { inUrlNamespace, requireUrlName } from '../request/match-url.ts';
import { booleanParameter } from '../request/query-parameters.ts';
import { readBody } from '../request/read-body.ts';
import { type WriteOptions, writeOptionsOf } from '../request/write-options.ts';
import { negotiateObject } from '../respond/answer-object.ts';
import type { Output } from '../respond/negotiate.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { storeNew } from './create.ts';
import { replaceObject } from './replace.ts';

const applyMediaType = 'application/apply-patch+yaml';
const acceptedMediaTypes = [...Object.keys(patchMediaTypes), applyMediaType];

interface PatchCall {
  readonly output: Output;
  readonly options: WriteOptions;
  readonly body: string;
}

/** `PATCH`: JSON patch, merge patch, strategic merge patch, or server-side apply, by the body's media type. */
export async function patchObject(request: ResourceRequest): Promise<Response> {
  const { c } = request;
  const mediaType = mediaTypeOf(c);
  const isApply = mediaType === applyMediaType;
  const patchMediaType = isPatchMediaType(mediaType) ? mediaType : undefined;
  if (!isApply && patchMediaType === undefined) throw unsupportedMediaTypeError(acceptedMediaTypes);
  const output = negotiateObject(request);
  const force = booleanParameter(c.req.query('force'));
  const options = writeOptionsOf(c, 'PatchOptions', optionErrors(request, isApply));
  const call = { output, options, body: (await readBody(c)).toString() };
  return patchMediaType === undefined
    ? applyConfiguration(request, call, force ?? false)
    : patchExisting(request, call, patchMediaType);
}

function isPatchMediaType(mediaType: string): mediaType is PatchMediaType {
  return Object.hasOwn(patchMediaTypes, mediaType);
}

function optionErrors({ c }: ResourceRequest, isApply: boolean): FieldError[] {
  if (isApply) {
    return c.req.query('fieldManager') ? [] : [required(path('fieldManager'), 'is required for apply patch')];
  }
  const isForced = booleanParameter(c.req.query('force')) !== undefined;
  return isForced ? [forbidden(path('force'), 'may not be specified for non-apply patch')] : [];
}

function patchExisting(
  request: ResourceRequest,
  { output, options, body }: PatchCall,
  mediaType: PatchMediaType,
): Promise<Response> {
  const { deps, scope } = request;
  const form = bodyFormOf(scope);
  return replaceObject(request, {
    desiredOf(live) {
      const { object, warnings } = applyPatchBody({
        ...decodeOptions(form, options),
        mediaType,
        body,
        live: form.show(live),
      });
      warn(request, warnings);
      const taken = form.take(checkedUrl(request, object), live);
      const next = scope.definition.strategy.applyDefaults(taken);
      return trackFields(scope, { live, next, manager: options.fieldManager, now: deps.now() });
    },
    dryRun: options.dryRun,
    answer: { output },
  });
}

function applyConfiguration(
  request: ResourceRequest,
  { output, options, body }: PatchCall,
  force: boolean,
): Promise<Response> {
  const { c, deps, scope } = request;
  const form = bodyFormOf(scope);
  const { object: applied, warnings } = decodeAppliedConfiguration(body, decodeOptions(form, options));
  warn(request, warnings);
  const configuration = withoutReset(request, form.applied(checkedUrl(request, applied)));
  const merged = (live: KubeObject | undefined) => {
    const writer = fieldWriter(scope, { manager: options.fieldManager, now: deps.now() });
    const versioned = live === undefined ? undefined : fromStorage(scope, live);
    const result = applyPatch({ ...writer, live: versioned, applied: configuration, force });
    return toStorage(scope, appliedOrConflict(result));
  };
  return replaceObject(request, {
    desiredOf: merged,
    dryRun: options.dryRun,
    answer: { output },
    whenMissing: async () => {
      if (scope.attributes.subresource !== '' || scope.definition.createdByPostAlone) {
        throw notFoundError(scope.groupResource, scope.name);
      }
      if (configuration.metadata.uid) throw uidOfNothing(request, configuration.metadata.uid);
      const identity = c.get('identity');
      if (identity !== undefined)
        await requireAllowed(deps.authorizer, identity, { ...scope.attributes, verb: 'create' });
      return storeNew(request, merged(undefined), {
        options,
        answer: { output, status: 201 },
        tracked: true,
      });
    },
  });
}

/** What the endpoint does not change cannot be applied, nor owned, through it. */
function withoutReset({ scope }: ResourceRequest, applied: KubeObject): KubeObject {
  if (scope.definition.strategy.status === undefined) return applied;
  const { apiVersion, kind, metadata, status, ...rest } = applied;
  if (scope.attributes.subresource !== 'status') return { apiVersion, kind, metadata, ...rest };
  return { apiVersion, kind, metadata, ...(status !== undefined && { status }) };
}

function appliedOrConflict(result: ApplyResult): KubeObject {
  if (result.outcome === 'applied') return result.object;
  throw new StatusError('Conflict', result.message, { details: { causes: [...result.causes] } });
}

function uidOfNothing({ scope }: ResourceRequest, uid: string): StatusError {
  const explanation = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  return conflictError(scope.groupResource, scope.name, explanation);
}

function decodeOptions({ scope }: BodyForm, { fieldValidation }: WriteOptions) {
  return { schema: scope.kinds.schema, message: scope.version.message, ...scope.typeMeta, fieldValidation };
}

/** Warnings of a patch that is computed again are said once. */
function warn({ c }: ResourceRequest, warnings: readonly string[]): void {
  const said = c.get('warnings');
  said.push(...warnings.filter((warning) => !said.includes(warning)));
}

function checkedUrl({ scope }: ResourceRequest, object: KubeObject): KubeObject {
  const located = inUrlNamespace(scope, object);
  requireUrlName(scope, located);
  return located;
}
