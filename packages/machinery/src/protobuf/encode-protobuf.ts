import { rootCodecOf } from '../decode/compile-codec.ts';
import type { DecodeTarget } from '../decode/decode-options.ts';
import { envelopePrefix } from './envelope.ts';
import { wirePlanOf } from './wire-plan.ts';
import { WireWriter } from './wire-writer.ts';
import { writeMessage } from './write-message.ts';

/**
 * Encodes an object as `application/vnd.kubernetes.protobuf`: the inverse of `decodeProtobufBody`. The bytes are those
 * that upstream writes: fields in the order of their numbers, keys of maps sorted, zero values written unless their
 * field is a pointer.
 */
export function encodeProtobufBody(object: object, target: DecodeTarget): Uint8Array {
  const { apiVersion = target.apiVersion ?? '', kind = target.kind } = object as {
    apiVersion?: string;
    kind?: string;
  };
  // Fills in the structs that Go always has.
  const whole = rootCodecOf(target.schema, target.message).decode(object, { sawUnknownField: true });
  const writer = new WireWriter();
  writer.append(envelopePrefix);
  writer.message(1, (typeMeta) => {
    typeMeta.string(1, apiVersion);
    typeMeta.string(2, kind);
  });
  writer.message(2, (raw) => writeMessage(raw, wirePlanOf(target.schema, target.message), whole));
  // Content encoding and content type, which upstream leaves empty.
  writer.string(3, '');
  writer.string(4, '');
  return writer.finish();
}
