import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';
import type { KubeObject } from '../object.ts';

/**
 * Decodes a YAML request body (one document) with the rules of `sigs.k8s.io/yaml`.
 *
 * @throws StatusError `BadRequest`; for malformed YAML with the line and the column.
 */
export function decodeYamlBody<T extends object = KubeObject>(
  _text: string,
  _options: DecodeOptions,
): DecodedBody<T> {
  throw new Error('not implemented');
}
