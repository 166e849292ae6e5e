import type { KubeObject } from '../object.ts';
import type { DecodedBody, DecodeOptions } from './decode-options.ts';

/**
 * Decodes a JSON request body.
 *
 * @returns the object as Go would re-encode it: fields in the order of the schema, unknown ones dropped, empty ones
 * left out or written as the API's types do, quantities and times in their canonical form.
 * @throws StatusError `BadRequest` in Kubernetes' words.
 */
export function decodeJsonBody<T extends object = KubeObject>(
  _text: string,
  _options: DecodeOptions,
): DecodedBody<T> {
  throw new Error('not implemented');
}

/** As {@link decodeJsonBody}, for a value that is parsed already. Duplicate fields cannot be seen any more. */
export function decodeValue<T extends object = KubeObject>(
  _value: unknown,
  _options: DecodeOptions,
): DecodedBody<T> {
  throw new Error('not implemented');
}
