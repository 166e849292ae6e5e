import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';

/**
 * Decodes the body of a server-side apply request (`application/apply-patch+yaml`: YAML or JSON). Types are checked and
 * unknown fields dropped as in any body, but nothing is added: a field that is not sent is not applied.
 *
 * @throws StatusError `BadRequest`
 */
export function decodeAppliedConfiguration(_text: string, _options: DecodeOptions): DecodedBody {
  throw new Error('not implemented');
}
