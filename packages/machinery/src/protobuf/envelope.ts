import { WireReader, type WireSlice, wireTypes } from './wire-reader.ts';

/** Every Kubernetes protobuf body begins with it. */
export const envelopePrefix = Buffer.from('k8s\0');

/** `runtime.Unknown`: what the message is, and where its bytes are. */
export interface Envelope {
  /** '' if not said. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: WireSlice;
}

/**
 * Reads the envelope of a body that begins with the prefix.
 *
 * @throws ProtobufError
 */
export function readEnvelope(bytes: Buffer): Envelope {
  const reader = new WireReader(bytes, { start: envelopePrefix.length, end: bytes.length });
  let typeMeta = { apiVersion: '', kind: '' };
  let raw: WireSlice = { start: bytes.length, end: bytes.length };
  while (!reader.isAtEnd) {
    const tag = reader.uint32();
    if (tag === ((1 << 3) | wireTypes.bytes)) typeMeta = readTypeMeta(new WireReader(bytes, reader.slice()));
    else if (tag === ((2 << 3) | wireTypes.bytes)) raw = reader.slice();
    else reader.skip(tag & 7);
  }
  return { ...typeMeta, raw };
}

function readTypeMeta(reader: WireReader): { apiVersion: string; kind: string } {
  const typeMeta = { apiVersion: '', kind: '' };
  while (!reader.isAtEnd) {
    const tag = reader.uint32();
    if (tag === ((1 << 3) | wireTypes.bytes)) typeMeta.apiVersion = reader.string();
    else if (tag === ((2 << 3) | wireTypes.bytes)) typeMeta.kind = reader.string();
    else reader.skip(tag & 7);
  }
  return typeMeta;
}
