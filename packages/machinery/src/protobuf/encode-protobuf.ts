import type { DecodeTarget } from '../decode/decode-options.ts';

/** Encodes an object as `application/vnd.kubernetes.protobuf`: the inverse of `decodeProtobufBody`. */
export function encodeProtobufBody(_object: object, _target: DecodeTarget): Uint8Array {
  throw new Error('not implemented');
}
