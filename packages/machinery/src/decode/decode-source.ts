import type { Json, KubeObject } from '../object.ts';
import { type BodyIdentity, cannotBeHandled, identifyBody, type RawBody } from './body-identity.ts';
import { rootCodecOf } from './compile-codec.ts';
import type { DecodedBody, DecodeOptions } from './decode-options.ts';
import { explain } from './explain.ts';
import { MalformedValue } from './malformed-value.ts';
import type { DuplicateFields } from './scan-json.ts';

/** A body after its syntax has been read. */
export interface BodySource {
  readonly value: unknown;
  readonly duplicates?: DuplicateFields | undefined;
  /** Strict errors that the syntax itself gave, e.g. duplicate keys of YAML. */
  readonly strictErrors?: readonly string[];
  /** The text that messages summarize. */
  readonly text: RawBody;
}

/**
 * Checks a parsed body against its message and puts it into Go's form.
 *
 * @throws StatusError `BadRequest`
 */
export function decodeSource<T extends object = KubeObject>(
  given: BodySource,
  options: DecodeOptions,
): DecodedBody<T> {
  // To Go, a body of `null` is an object of which nothing is set.
  const source = given.value === null ? { ...given, value: {} } : given;
  const identity = identifyBody(source.value, options, source.text);
  const { canonical, malformed, strictErrors } = canonicalize(source, options);
  if (malformed !== undefined) throw cannotBeHandled(identity, options, malformed);
  if (strictErrors.length > 0 && options.fieldValidation === 'Strict') {
    throw cannotBeHandled(identity, options, `strict decoding error: ${strictErrors.join(', ')}`);
  }
  return completeBody<T>(canonical, identity, options.fieldValidation === 'Warn' ? strictErrors : []);
}

/** A decoded body with what it is in front. */
export function completeBody<T extends object = KubeObject>(
  canonical: Readonly<Record<string, Json>>,
  { kind, apiVersion }: BodyIdentity,
  warnings: readonly string[],
): DecodedBody<T> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = canonical;
  // The message decides the type; callers name the one that they asked for.
  return { object: { kind, apiVersion, ...rest } as unknown as T, warnings };
}

/** A body in Go's form, or what is wrong with it. */
export interface Canonicalized {
  readonly canonical: Readonly<Record<string, Json>>;
  readonly malformed: string | undefined;
  readonly strictErrors: readonly string[];
}

/** The part of {@link decodeSource} that raises no error, for callers that report mistakes in another way. */
export function canonicalize(source: BodySource, options: DecodeOptions): Canonicalized {
  const codec = rootCodecOf(options.schema, options.message);
  const run = { sawUnknownField: false };
  const reportsStrict = options.fieldValidation !== 'Ignore';
  try {
    // A struct's codec gives an object.
    const canonical = codec.decode(source.value, run) as Readonly<Record<string, Json>>;
    if (!reportsStrict) return { canonical, malformed: undefined, strictErrors: [] };
    const fromSyntax = source.strictErrors ?? [];
    const needsExplaining = run.sawUnknownField || source.duplicates !== undefined;
    const strict = needsExplaining ? explain(codec, source.value, source.duplicates).strict : [];
    return { canonical, malformed: undefined, strictErrors: [...fromSyntax, ...strict] };
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    const { malformed } = explain(codec, source.value, source.duplicates);
    return { canonical: {}, malformed: malformed ?? error.message, strictErrors: [] };
  }
}
