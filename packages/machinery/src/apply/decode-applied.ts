import { identifyBody, unrecognized } from '../decode/body-identity.ts';
import { isJsonObject } from '../decode/codec.ts';
import { rootCodecOf } from '../decode/compile-codec.ts';
import type { DecodedBody, DecodeOptions } from '../decode/decode-options.ts';
import { explain, untypedDuplicates } from '../decode/explain.ts';
import { JsonSyntaxError } from '../decode/json-syntax-error.ts';
import { MalformedValue } from '../decode/malformed-value.ts';
import { parseJson } from '../decode/parse-json.ts';
import { badRequestError } from '../errors/request-errors.ts';
import type { StatusError } from '../errors/status-error.ts';
import type { KubeObject } from '../object.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { YamlSyntaxError } from '../yaml/yaml-error.ts';
import { applyTypeOf } from './apply-type.ts';
import { canonicalValues } from './canonical-values.ts';
import { untypableFields } from './untypable-fields.ts';

/**
 * Decodes the body of a server-side apply request (`application/apply-patch+yaml`: YAML or JSON). Values take their
 * canonical form, but nothing is added: a field that is not sent is not applied. Unknown fields are refused whatever
 * `fieldValidation` says, as Kubernetes does; it decides about fields that stand twice.
 *
 * @throws StatusError `BadRequest`
 */
export function decodeAppliedConfiguration(text: string, options: DecodeOptions): DecodedBody {
  const { value, duplicates } = parse(text);
  if (!isJsonObject(value)) throw unrecognized(options, text, 'error decoding patch: not an object');
  const identity = identifyBody(value, options, text);
  const object = typed(value, identity, options);
  if (duplicates.length > 0 && options.fieldValidation === 'Strict') {
    throw badRequestError(`error strict decoding YAML: ${duplicates.join(', ')}`);
  }
  return { object, warnings: options.fieldValidation === 'Warn' ? duplicates : [] };
}

interface ParsedConfiguration {
  readonly value: unknown;
  /** What stands twice, as strict errors. */
  readonly duplicates: readonly string[];
}

function parse(text: string): ParsedConfiguration {
  try {
    // JSON is YAML, and much faster to read as JSON.
    if (/^\s*\{/.test(text)) {
      const { value, duplicates } = parseJson(text);
      return { value, duplicates: untypedDuplicates(value, duplicates) };
    }
  } catch (error) {
    // Flow style YAML, then.
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  try {
    const { value, duplicateKeys } = parseYaml(text);
    if (duplicateKeys.length === 0) return { value, duplicates: [] };
    return { value, duplicates: [`yaml: unmarshal errors:\n  ${duplicateKeys.join('\n  ')}`] };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw badRequestError(`error decoding patch: error converting YAML to JSON: ${error.message}`);
  }
}

interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
}

function typed(value: object, { apiVersion, kind }: Identity, options: DecodeOptions): KubeObject {
  const given = { metadata: {}, ...value, apiVersion, kind } as unknown as KubeObject;
  const problems = untypableFields(applyTypeOf(options.schema, options.message), given);
  if (problems.length > 0)
    throw untypable(given, problems.length > 1 ? `errors:\n  ${problems.join('\n  ')}` : problems.join());
  const codec = rootCodecOf(options.schema, options.message);
  try {
    return canonicalValues(codec, given) as KubeObject;
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    throw untypable(given, explain(codec, given, undefined).malformed ?? error.message);
  }
}

function untypable({ apiVersion, kind, metadata }: KubeObject, problem: string): StatusError {
  const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  const name = `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
  return badRequestError(
    `failed to create typed patch object (${name}; ${groupVersion}, Kind=${kind}): ${problem}`,
  );
}
