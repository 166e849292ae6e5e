import { wireTypes } from './wire-reader.ts';

/** Writes protobuf's wire format. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;

  /** What was written. The writer is spent. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  tag(number: number, wireType: number): void {
    this.#varint32(((number << 3) | wireType) >>> 0);
  }

  /** A field with a number, signed as two's complement of 64 bits. */
  integer(number: number, value: number): void {
    this.tag(number, wireTypes.varint);
    if (value >= 0 && value <= 0xffff_ffff) this.#varint32(value);
    else this.#varint64(BigInt(value));
  }

  bigint(number: number, value: bigint): void {
    this.tag(number, wireTypes.varint);
    this.#varint64(value);
  }

  bool(number: number, value: boolean): void {
    this.integer(number, value ? 1 : 0);
  }

  double(number: number, value: number): void {
    this.tag(number, wireTypes.fixed64);
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  string(number: number, text: string): void {
    this.bytes(number, Buffer.from(text));
  }

  bytes(number: number, value: Uint8Array): void {
    this.tag(number, wireTypes.bytes);
    this.#varint32(value.length);
    this.append(value);
  }

  /** A field that is a message, whose fields `write` writes. */
  message(number: number, write: (inner: WireWriter) => void): void {
    const inner = new WireWriter();
    write(inner);
    this.bytes(number, inner.finish());
  }

  /** Bytes as they are. */
  append(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #varint32(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#at + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
