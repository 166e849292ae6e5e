import { identifyBody } from '../decode/body-identity.ts';
import { isJsonObject } from '../decode/codec.ts';
import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';
import { canonicalize, completeBody } from '../decode/decode-source.ts';
import { untypedDuplicates } from '../decode/explain.ts';
import { JsonSyntaxError } from '../decode/json-syntax-error.ts';
import { parseJson } from '../decode/parse-json.ts';
import type { ParsedJson } from '../decode/scan-json.ts';
import { invalidError } from '../errors/object-errors.ts';
import { badRequestError, requestEntityTooLargeError } from '../errors/request-errors.ts';
import { StatusError } from '../errors/status-error.ts';
import { invalid } from '../field-errors/field-error.ts';
import { path } from '../field-errors/path.ts';
import type { Json, KubeObject } from '../object.ts';
import { formatGoValue, goTypeName } from './go-format.ts';
import { applyJsonPatch, readJsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { PatchError } from './patch-error.ts';
import { strategicMerge } from './strategic-merge.ts';
import { patchTypeOf } from './strategic-schema.ts';

/** The patches that are computed from the body alone. Server-side apply is `applyPatch`. */
export const patchMediaTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
} as const;

export type PatchMediaType = keyof typeof patchMediaTypes;

/** A patch request: the target, as served in the request's version, and the request's body. */
export interface PatchRequest extends DecodeOptions {
  readonly mediaType: PatchMediaType;
  /** The body as text: JSON, as all of these media types are. */
  readonly body: string;
  /** The current object in the version of the request. Not changed. */
  readonly live: KubeObject;
}

/**
 * Applies a patch and decodes the result as `decodeJsonBody` does.
 *
 * @throws StatusError `BadRequest` for a malformed patch; `Invalid` (422) for one that does not apply or that gives an
 * object that cannot be decoded, as Kubernetes does.
 */
export function applyPatchBody(request: PatchRequest): DecodedBody {
  const parsed = parsePatch(request);
  try {
    const patched = compute(request, parsed.value);
    const fromPatch = request.fieldValidation === 'Ignore' ? [] : strictErrorsOf(request, parsed);
    return decodePatched({ request, patch: parsed.value, patched, strictErrors: fromPatch });
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw error.fault === 'malformed' ? badRequestError(error.message) : inapplicableError(error.message);
  }
}

function parsePatch({ body, mediaType }: PatchRequest): ParsedJson {
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const isStrategic = patchMediaTypes[mediaType] === 'strategic';
    throw badRequestError(isStrategic ? error.message : `error decoding patch: ${error.message}`);
  }
}

/** Upstream's limit. */
const maxJsonPatchOperations = 10_000;

function compute(request: PatchRequest, patch: unknown): unknown {
  const { live, schema, message } = request;
  const type = patchMediaTypes[request.mediaType];
  if (type === 'json') {
    const operations = readJsonPatch(patch);
    if (operations.length > maxJsonPatchOperations) {
      throw requestEntityTooLargeError(
        `The allowed maximum operations in a JSON patch is ${maxJsonPatchOperations}, got ${operations.length}`,
      );
    }
    // An object of the API is JSON.
    return applyJsonPatch(live as unknown as Json, operations);
  }
  if (!isJsonObject(patch)) {
    const problem = `json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type map[string]interface {}`;
    throw new PatchError('malformed', type === 'merge' ? `error decoding patch: ${problem}` : problem);
  }
  if (type === 'merge') return mergePatch(live, patch);
  return strategicMerge({ ...live }, patch, patchTypeOf(schema, message));
}

function jsonTypeName(value: unknown): string {
  const type = goTypeName(value);
  if (type === '[]interface {}') return 'array';
  return type === 'int64' || type === 'float64' ? 'number' : type;
}

/** A patch has no schema of its own: only fields that stand twice can be seen in it, and unknown parts of operations. */
function strictErrorsOf({ mediaType }: PatchRequest, parsed: ParsedJson): readonly string[] {
  const duplicates = untypedDuplicates(parsed.value, parsed.duplicates);
  if (patchMediaTypes[mediaType] !== 'json' || !Array.isArray(parsed.value)) return duplicates;
  const known = new Set(['op', 'path', 'from', 'value']);
  const unknown = (parsed.value as readonly object[]).flatMap((operation, index) =>
    Object.keys(operation)
      .filter((name) => !known.has(name))
      .map((name) => `unknown field "[${index}].${name}"`),
  );
  return [...unknown, ...duplicates].map((problem) => `json patch ${problem}`);
}

interface Patched {
  readonly request: PatchRequest;
  readonly patch: unknown;
  readonly patched: unknown;
  readonly strictErrors: readonly string[];
}

/** Mistakes in what a patch makes of an object are mistakes of the patch. */
function decodePatched({ request, patch, patched, strictErrors: fromPatch }: Patched): DecodedBody {
  const refuse = (problem: string) => {
    // Upstream shows the patch of a strategic merge and the result of the others.
    const isStrategic = patchMediaTypes[request.mediaType] === 'strategic';
    const shown = isStrategic ? formatGoValue(patch) : JSON.stringify(patched);
    return invalidError({ group: '', kind: '' }, '', [invalid(path('patch'), shown, problem)]);
  };
  try {
    identifyBody(patched, request, '');
  } catch (error) {
    throw error instanceof StatusError ? refuse(error.message) : error;
  }
  const { canonical, malformed, strictErrors } = canonicalize({ value: patched, text: '' }, request);
  if (malformed !== undefined) throw refuse(malformed);
  const problems = [...fromPatch, ...strictErrors];
  if (problems.length > 0 && request.fieldValidation === 'Strict') {
    throw refuse(`strict decoding error: ${problems.join(', ')}`);
  }
  const { apiVersion, kind } = request.live;
  return completeBody(canonical, { apiVersion, kind }, request.fieldValidation === 'Warn' ? problems : []);
}

/** Upstream's message says nothing; what is wrong stands in the cause, which kubectl shows. */
function inapplicableError(problem: string): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', {
    details: { causes: [{ reason: 'UnexpectedServerResponse', message: problem }] },
  });
}
