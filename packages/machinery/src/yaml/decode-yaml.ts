import { unrecognized } from '../decode/body-identity.ts';
import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';
import { type BodySource, decodeSource } from '../decode/decode-source.ts';
import type { KubeObject } from '../object.ts';
import { parseYaml } from './parse-yaml.ts';
import { YamlSyntaxError } from './yaml-error.ts';

/**
 * Decodes a YAML request body (its first document) with the rules of `sigs.k8s.io/yaml`. Keys that stand twice are
 * strict errors.
 *
 * @throws StatusError `BadRequest`; for malformed YAML with the line and the column.
 */
export function decodeYamlBody<T extends object = KubeObject>(
  text: string,
  options: DecodeOptions,
): DecodedBody<T> {
  return decodeSource<T>(readYaml(text, options), options);
}

/** @throws StatusError `BadRequest` */
function readYaml(text: string, options: DecodeOptions): BodySource {
  try {
    const { value, duplicateKeys } = parseYaml(text);
    if (duplicateKeys.length === 0) return { value, text };
    return { value, text, strictErrors: [`yaml: unmarshal errors:\n  ${duplicateKeys.join('\n  ')}`] };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw unrecognized(options, text, `error converting YAML to JSON: ${error.message}`);
  }
}
