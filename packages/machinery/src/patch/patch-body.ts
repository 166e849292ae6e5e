import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';
import type { KubeObject } from '../object.ts';

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
 * Applies a patch and decodes the result as {@link decodeJsonBody} does.
 *
 * @throws StatusError `BadRequest` for a malformed patch; `Invalid` (422) for one that does not apply or that gives an
 * object that cannot be decoded, as Kubernetes does.
 */
export function applyPatchBody(_request: PatchRequest): DecodedBody {
  throw new Error('not implemented');
}
