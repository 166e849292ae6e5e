import type { KubeObject } from '../object.ts';
import { unrecognized } from './body-identity.ts';
import type { DecodedBody, DecodeOptions } from './decode-options.ts';
import { decodeSource } from './decode-source.ts';
import { JsonSyntaxError } from './json-syntax-error.ts';
import { parseJson } from './parse-json.ts';
import type { ParsedJson } from './scan-json.ts';

/**
 * Decodes a JSON request body.
 *
 * @returns the object as Go would re-encode it: fields in the order of the schema, unknown ones dropped, empty ones
 * left out or written as the API's types do, quantities and times in their canonical form.
 * @throws StatusError `BadRequest` in Kubernetes' words; for malformed JSON with the line and the column.
 */
export function decodeJsonBody<T extends object = KubeObject>(
  text: string,
  options: DecodeOptions,
): DecodedBody<T> {
  return decodeSource<T>({ ...parse(text, options), text }, options);
}

function parse(text: string, options: DecodeOptions): ParsedJson {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw unrecognized(options, text, `couldn't get version/kind; json parse error: ${error.message}`);
  }
}

/** As {@link decodeJsonBody}, for a value that is parsed already. Duplicate fields cannot be seen any more. */
export function decodeValue<T extends object = KubeObject>(
  value: unknown,
  options: DecodeOptions,
): DecodedBody<T> {
  return decodeSource<T>({ value, text: JSON.stringify(value) ?? '' }, options);
}
