import type { DecodedBody, DecodeTarget } from '../decode/decode-options.ts';
import type { KubeObject } from '../object.ts';

/**
 * Decodes an `application/vnd.kubernetes.protobuf` request body: `k8s\0`, then a `runtime.Unknown` with the message in
 * it. The object is the one that its JSON twin decodes to. Unknown fields are skipped, as protobuf does.
 *
 * @throws StatusError `BadRequest` with the byte offset and the path of the field.
 */
export function decodeProtobufBody<T extends object = KubeObject>(
  _body: Uint8Array,
  _target: DecodeTarget,
): DecodedBody<T> {
  throw new Error('not implemented');
}
