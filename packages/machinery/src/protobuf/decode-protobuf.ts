import { cannotBeHandled, identifyBody, unrecognized } from '../decode/body-identity.ts';
import type { DecodedBody, DecodeTarget } from '../decode/decode-options.ts';
import { decodeSource } from '../decode/decode-source.ts';
import type { KubeObject } from '../object.ts';
import { type Envelope, envelopePrefix, readEnvelope } from './envelope.ts';
import { readMessage } from './read-message.ts';
import { wirePlanOf } from './wire-plan.ts';
import { ProtobufError } from './wire-reader.ts';

/**
 * Decodes an `application/vnd.kubernetes.protobuf` request body: `k8s\0`, then a `runtime.Unknown` with the message in
 * it. The object is the one that its JSON twin decodes to. Unknown fields are skipped, as protobuf does.
 *
 * @throws StatusError `BadRequest` with the byte offset and the path of the field.
 */
export function decodeProtobufBody<T extends object = KubeObject>(
  body: Uint8Array,
  target: DecodeTarget,
): DecodedBody<T> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const envelope = openEnvelope(bytes, target);
  const identity = identifyBody({ apiVersion: envelope.apiVersion, kind: envelope.kind }, target, bytes);
  try {
    const fields = readMessage(bytes, envelope.raw, wirePlanOf(target.schema, target.message));
    const value = { ...fields, apiVersion: identity.apiVersion, kind: identity.kind };
    return decodeSource<T>({ value, text: bytes }, { ...target, fieldValidation: 'Ignore' });
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw cannotBeHandled(identity, target, `protobuf: ${error.message}`);
  }
}

function openEnvelope(bytes: Buffer, target: DecodeTarget): Envelope {
  if (bytes.length === 0) throw unrecognized(target, bytes, 'empty data');
  if (!bytes.subarray(0, envelopePrefix.length).equals(envelopePrefix)) {
    const expected = [...envelopePrefix].join(' ');
    const problem = `provided data does not appear to be a protobuf message, expected prefix [${expected}]`;
    throw unrecognized(target, bytes, problem);
  }
  if (bytes.length === envelopePrefix.length) throw unrecognized(target, bytes, 'empty body');
  try {
    return readEnvelope(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw unrecognized(target, bytes, `protobuf: ${error.message}`);
  }
}
