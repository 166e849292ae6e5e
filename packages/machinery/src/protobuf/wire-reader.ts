import { BerthError } from '../errors/berth-error.ts';

/** Bytes that are not protobuf, or not of the message expected. */
export class ProtobufError extends BerthError {
  readonly problem: string;
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super('ProtobufError', `${problem} at byte ${offset}`);
    this.problem = problem;
    this.offset = offset;
  }
}

/** How a field's value is laid out. https://protobuf.dev/programming-guides/encoding/#structure */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A part of a body: a whole message, whose fields are read one after the other. */
export interface WireSlice {
  readonly start: number;
  readonly end: number;
}

/** Reads protobuf's wire format from a part of a buffer. Offsets in errors count from the start of the buffer. */
export class WireReader {
  readonly bytes: Buffer;
  at: number;
  end: number;
  #low = 0;
  #high = 0;

  constructor(bytes: Buffer, slice: WireSlice) {
    this.bytes = bytes;
    this.at = slice.start;
    this.end = slice.end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned integer of up to 32 bits: tags and lengths. */
  uint32(): number {
    this.#varint();
    return this.#low;
  }

  /** A signed integer. Kubernetes' integers fit JavaScript's; others are refused rather than rounded. */
  integer(): number {
    const start = this.at;
    this.#varint();
    const value = (this.#high | 0) * 0x1_0000_0000 + this.#low;
    if (!Number.isSafeInteger(value)) throw new ProtobufError('integer is too large', start);
    return value;
  }

  /** As {@link integer}, of any size. */
  bigint(): bigint {
    this.#varint();
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low));
  }

  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  double(): number {
    const start = this.#skipBytes(8);
    return this.bytes.readDoubleLE(start);
  }

  /** A length-delimited value: a message, a string, bytes. */
  slice(): WireSlice {
    const length = this.uint32();
    const start = this.#skipBytes(length);
    return { start, end: start + length };
  }

  string(): string {
    const { start, end } = this.slice();
    return this.bytes.toString('utf8', start, end);
  }

  base64(): string {
    const { start, end } = this.slice();
    return this.bytes.toString('base64', start, end);
  }

  /** Passes over a value of a field that is not known. */
  skip(wireType: number): void {
    switch (wireType) {
      case wireTypes.varint:
        this.#varint();
        return;
      case wireTypes.fixed64:
        this.#skipBytes(8);
        return;
      case wireTypes.bytes:
        this.slice();
        return;
      case wireTypes.fixed32:
        this.#skipBytes(4);
        return;
      default:
        // Groups are no part of proto3, nor of any Kubernetes message.
        throw new ProtobufError(`illegal wire type ${wireType}`, this.at);
    }
  }

  /** Leaves the two halves in `#low` and `#high`: a result object for each number would be most of the work. */
  #varint(): void {
    const start = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.at < this.end ? this.bytes[this.at] : undefined;
      if (byte === undefined) throw new ProtobufError('unexpected end of message', this.at);
      this.at += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 64) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new ProtobufError('integer overflow', start);
  }

  #skipBytes(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw new ProtobufError('unexpected end of message', this.end);
    this.at = start + length;
    return start;
  }
}
