import { badRequestError } from '../errors/request-errors.ts';
import type { StatusError } from '../errors/status-error.ts';
import { goQuote } from '../field-errors/go-quote.ts';
import { isJsonObject } from './codec.ts';
import type { DecodeTarget } from './decode-options.ts';

/** A body as it came, for messages. */
export type RawBody = string | Uint8Array;

/** What a body says that it is, completed from what is expected. */
export interface BodyIdentity {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Reads `apiVersion` and `kind` of a body.
 *
 * @throws StatusError `BadRequest` if they cannot be read or are not what the target takes.
 */
export function identifyBody(value: unknown, target: DecodeTarget, body: RawBody): BodyIdentity {
  if (!isJsonObject(value)) {
    throw unrecognized(
      target,
      body,
      `${interpretError} ${cannotUnmarshal(value)} Go value of type ${findKindType}`,
    );
  }
  const { apiVersion, kind } = value;
  for (const [name, member] of [['apiVersion', apiVersion] as const, ['kind', kind] as const]) {
    if (member === undefined || member === null || typeof member === 'string') continue;
    throw unrecognized(
      target,
      body,
      `${interpretError} ${cannotUnmarshal(member)} Go struct field .${name} of type string`,
    );
  }
  const given = { apiVersion: (apiVersion ?? '') as string, kind: (kind ?? '') as string };
  if (given.apiVersion.split('/').length > 2) {
    throw unrecognized(target, body, `unexpected GroupVersion string: ${given.apiVersion}`);
  }
  const identity = {
    apiVersion: given.apiVersion || (target.apiVersion ?? 'v1'),
    kind: given.kind || target.kind,
  };
  checkIdentity(identity, target);
  return identity;
}

const interpretError = "couldn't get version/kind; json parse error: json:";
const findKindType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function cannotUnmarshal(value: unknown): string {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return `cannot unmarshal ${type === 'boolean' ? 'bool' : type} into`;
}

function checkIdentity(identity: BodyIdentity, target: DecodeTarget): void {
  if (identity.kind !== target.kind)
    throw cannotBeHandled(identity, target, describeOtherKind(identity, target));
  if (target.apiVersion !== undefined && identity.apiVersion !== target.apiVersion) {
    throw badRequestError(
      `the API version in the data (${identity.apiVersion}) does not match the expected API version (${target.apiVersion})`,
    );
  }
}

function describeOtherKind({ apiVersion, kind }: BodyIdentity, target: DecodeTarget): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const version = versionOf(apiVersion);
  const message = `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;
  if (!target.schema[message])
    return `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`;
  const into = target.message.split('.').slice(-3);
  return `converting (${version}.${kind}) to (${into[0]}.${into[2]}): unknown conversion`;
}

/** `Job in version "v1" cannot be handled as a Job: <problem>` */
export function cannotBeHandled(identity: BodyIdentity, target: DecodeTarget, problem: string): StatusError {
  return badRequestError(
    `${identity.kind} in version ${goQuote(versionOf(identity.apiVersion))} cannot be handled as a ${target.kind}: ${problem}`,
  );
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** A body in which not even the kind can be read. `body` is summarized as Kubernetes does. */
export function unrecognized(target: DecodeTarget, body: RawBody, problem: string): StatusError {
  return badRequestError(
    `the object provided is unrecognized (must be of type ${target.kind}): ${problem} (${summarize(body)})`,
  );
}

const summaryBytes = 30;

/** JSON objects are shown, anything else is shown as hexadecimal bytes. */
function summarize(body: RawBody): string {
  const head =
    typeof body === 'string' ? body.slice(0, summaryBytes + 1) : body.subarray(0, summaryBytes + 1);
  const bytes = Buffer.from(head);
  if (bytes.length === 0) return '<empty>';
  const isObject = bytes[0] === 0x7b;
  const shown = bytes.subarray(0, summaryBytes).toString(isObject ? 'utf8' : 'hex');
  return bytes.length > summaryBytes ? `${shown} ...` : shown;
}
