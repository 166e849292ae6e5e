import { formatDuration } from '../decode/duration-form.ts';
import type { JsonForm } from '../decode/json-form.ts';
import { ProtobufError, type WireReader, type WireSlice } from './wire-reader.ts';

/** Reads a message that is no object in JSON, in its JSON form. `readSchema` reads a `JSONSchemaProps`. */
type FormReader = (reader: WireReader, readSchema: (slice: WireSlice) => unknown) => unknown;

export const formReaders: Readonly<Record<JsonForm, FormReader>> = {
  time: (reader) => readTime(reader, ''),
  microTime: (reader) => readTime(reader, 'micro'),
  duration: (reader) => formatDuration(readDuration(reader)),
  quantity: (reader) => readFields(reader, { 1: () => reader.string() }).get(1) || '0',
  intOrString: readIntOrString,
  rawJson: readRawJson,
  stringList: (reader) => {
    const items: string[] = [];
    readFields(reader, { 1: () => items.push(reader.string()) });
    return items;
  },
  schemaOrBool: (reader, readSchema) => {
    const fields = readFields(reader, { 1: () => reader.bool(), 2: () => readSchema(reader.slice()) });
    return fields.get(2) ?? fields.get(1) ?? false;
  },
  schemaOrList: (reader, readSchema) => readSchemaOr(reader, readSchema, () => readSchema(reader.slice())),
  schemaOrStringList: (reader, readSchema) => readSchemaOr(reader, readSchema, () => reader.string()),
};

/** A list in field 2, or else a schema in field 1. */
function readSchemaOr(
  reader: WireReader,
  readSchema: (slice: WireSlice) => unknown,
  readItem: () => unknown,
): unknown {
  const items: unknown[] = [];
  const fields = readFields(reader, { 1: () => readSchema(reader.slice()), 2: () => items.push(readItem()) });
  return items.length > 0 ? items : (fields.get(1) ?? null);
}

/** Reads the fields that have a reader and passes over the others. Of repeats the last one is kept. */
function readFields(
  reader: WireReader,
  readers: Readonly<Record<number, () => unknown>>,
): ReadonlyMap<number, unknown> {
  const values = new Map<number, unknown>();
  while (!reader.isAtEnd) {
    const tag = reader.uint32();
    const read = readers[tag >>> 3];
    if (read) values.set(tag >>> 3, read());
    else reader.skip(tag & 7);
  }
  return values;
}

/** An empty message is Go's zero time. */
function readTime(reader: WireReader, precision: '' | 'micro'): string | null {
  if (reader.isAtEnd) return null;
  const start = reader.at;
  const fields = readFields(reader, { 1: () => reader.integer(), 2: () => reader.int32() });
  const seconds = (fields.get(1) ?? 0) as number;
  const time = new Date(seconds * 1_000);
  const year = time.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) throw new ProtobufError('time is out of range', start);
  const utc = time.toISOString().slice(0, 19);
  if (precision === '') return `${utc}Z`;
  const micros = Math.floor(((fields.get(2) ?? 0) as number) / 1_000);
  return `${utc}.${String(micros).padStart(6, '0')}Z`;
}

function readDuration(reader: WireReader): bigint {
  return (readFields(reader, { 1: () => reader.bigint() }).get(1) ?? 0n) as bigint;
}

/** `type` 0 is a number, 1 a string. */
function readIntOrString(reader: WireReader): unknown {
  const fields = readFields(reader, {
    1: () => reader.integer(),
    2: () => reader.int32(),
    3: () => reader.string(),
  });
  return fields.get(1) === 1 ? (fields.get(3) ?? '') : (fields.get(2) ?? 0);
}

function readRawJson(reader: WireReader): unknown {
  const start = reader.at;
  let raw = '';
  readFields(reader, { 1: () => (raw = reader.string()) });
  if (raw === '') return null;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    throw new ProtobufError('embedded object is not JSON', start);
  }
}
