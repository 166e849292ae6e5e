import { formReaders } from './read-form.ts';
import type { WireField, WirePlan, WireType } from './wire-plan.ts';
import { ProtobufError, WireReader, type WireSlice, wireTypes } from './wire-reader.ts';

/** Nothing in the API nests as deep as this, and the stack holds it. */
const maxDepth = 200;

/**
 * Reads a message as the JSON object that its fields make; fields that are not there are absent. Nothing is in
 * canonical form yet: the codec of the message sees to that, as it does for JSON.
 *
 * @throws ProtobufError with the path of the field and the byte offset.
 */
export function readMessage(bytes: Buffer, slice: WireSlice, plan: WirePlan): Record<string, unknown> {
  const reading = new MessageReading(bytes);
  try {
    return reading.message(plan, slice);
  } catch (error) {
    if (!(error instanceof ProtobufError) || reading.path.length === 0) throw error;
    throw new ProtobufError(`${error.problem} in ${reading.path.join('.')}`, error.offset);
  }
}

/** One pass over a body. */
class MessageReading {
  /** Names of the fields that are being read. Not unwound by errors: that is what they are for. */
  readonly path: string[] = [];
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  message(plan: WirePlan, slice: WireSlice): Record<string, unknown> {
    const target: Record<string, unknown> = {};
    this.#fillFields(plan, slice, target);
    return target;
  }

  /** The value that the reader stands before. */
  value(type: WireType, reader: WireReader, wireType: number): unknown {
    if (type.kind === 'scalar') return readScalar(type.scalar, reader, wireType);
    expectWireType(reader, wireType, wireTypes.bytes);
    const slice = reader.slice();
    if (type.kind === 'message') return this.message(type.plan, slice);
    return formReaders[type.form](this.reader(slice), (inner) => this.message(type.schemaPlan, inner));
  }

  reader(slice: WireSlice): WireReader {
    return new WireReader(this.#bytes, slice);
  }

  #fillFields(plan: WirePlan, slice: WireSlice, target: Record<string, unknown>): void {
    const reader = this.reader(slice);
    if (this.path.length > maxDepth) throw new ProtobufError('message is nested too deeply', slice.start);
    while (!reader.isAtEnd) {
      const start = reader.at;
      const tag = reader.uint32();
      const number = tag >>> 3;
      if (number === 0) throw new ProtobufError(`illegal tag ${number}`, start);
      const field = plan.byNumber.get(number);
      if (!field) {
        reader.skip(tag & 7);
        continue;
      }
      this.path.push(field.name);
      this.#fillField(field, reader, { target, wireType: tag & 7 });
      this.path.pop();
    }
  }

  #fillField(field: WireField, reader: WireReader, { target, wireType }: Filling): void {
    const { name, type } = field;
    if (field.shape === 'inline' && type.kind === 'message') {
      expectWireType(reader, wireType, wireTypes.bytes);
      this.#fillFields(type.plan, reader.slice(), target);
    } else if (field.shape === 'list') {
      const list = (target[name] ??= []) as unknown[];
      this.#appendItems(list, field, { reader, wireType });
    } else if (field.shape === 'map') {
      expectWireType(reader, wireType, wireTypes.bytes);
      const map = (target[name] ??= {}) as Record<string, unknown>;
      this.#addEntry(map, type, reader.slice());
    } else {
      target[name] = this.value(type, reader, wireType);
    }
  }

  /** Numbers may come packed: many in one length-delimited value. */
  #appendItems(list: unknown[], { type }: WireField, { reader, wireType }: Item): void {
    const isPacked =
      type.kind === 'scalar' && wireType === wireTypes.bytes && !lengthDelimitedScalars.has(type.scalar);
    if (!isPacked) {
      list.push(this.value(type, reader, wireType));
      return;
    }
    const packed = this.reader(reader.slice());
    while (!packed.isAtEnd) list.push(this.value(type, packed, wireTypeOf(type.scalar)));
  }

  /** A map is a list of messages with the key as field 1 and the value as field 2. */
  #addEntry(map: Record<string, unknown>, type: WireType, slice: WireSlice): void {
    const reader = this.reader(slice);
    let key = '';
    let value: unknown;
    while (!reader.isAtEnd) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) key = readScalar('string', reader, tag & 7) as string;
      else if (tag >>> 3 === 2) value = this.value(type, reader, tag & 7);
      else reader.skip(tag & 7);
    }
    // An absent value is the type's zero, which the codec knows.
    Object.defineProperty(map, key, {
      value: value ?? null,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
}

interface Filling {
  readonly target: Record<string, unknown>;
  readonly wireType: number;
}

interface Item {
  readonly reader: WireReader;
  readonly wireType: number;
}

const lengthDelimitedScalars = new Set(['string', 'bytes']);

function wireTypeOf(scalar: string): number {
  if (lengthDelimitedScalars.has(scalar)) return wireTypes.bytes;
  return scalar === 'double' ? wireTypes.fixed64 : wireTypes.varint;
}

function readScalar(scalar: string, reader: WireReader, wireType: number): unknown {
  expectWireType(reader, wireType, wireTypeOf(scalar));
  switch (scalar) {
    case 'string':
      return reader.string();
    case 'bytes':
      return reader.base64();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'uint32':
      return reader.uint32();
    case 'double':
      return reader.double();
    default:
      return reader.integer();
  }
}

function expectWireType(reader: WireReader, actual: number, expected: number): void {
  if (actual !== expected)
    throw new ProtobufError(`wrong wire type ${actual}, expected ${expected}`, reader.at);
}
