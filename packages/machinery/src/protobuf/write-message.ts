import { isJsonObject } from '../decode/codec.ts';
import type { WireField, WirePlan, WireType } from './wire-plan.ts';
import { formWriters } from './write-form.ts';
import type { WireWriter } from './wire-writer.ts';

/** Writes the fields of a message from its JSON object. The value is in canonical form. */
export function writeMessage(writer: WireWriter, plan: WirePlan, value: unknown): void {
  const members = isJsonObject(value) ? value : {};
  for (const field of plan.fields) writeField(writer, field, members);
}

function writeField(writer: WireWriter, field: WireField, members: Readonly<Record<string, unknown>>): void {
  const { number, type, shape } = field;
  const value = members[field.name] ?? undefined;
  if (shape === 'inline') {
    if (type.kind === 'message') writer.message(number, (inner) => writeMessage(inner, type.plan, members));
  } else if (shape === 'list') {
    if (Array.isArray(value)) for (const item of value) writeValue(writer, { number, type }, item);
  } else if (shape === 'map') {
    if (isJsonObject(value)) writeEntries(writer, field, value);
  } else if (value !== undefined || isAlwaysWritten(field)) {
    writeValue(writer, { number, type }, value);
  }
}

/** Go writes what is not behind a pointer even if it is zero; bytes and bare lists are behind one of themselves. */
function isAlwaysWritten({ type, isPointer }: WireField): boolean {
  if (isPointer) return false;
  if (type.kind === 'scalar') return type.scalar !== 'bytes';
  return !(type.kind === 'form' && type.form === 'stringList');
}

function writeEntries(
  writer: WireWriter,
  { number, type }: WireField,
  map: Readonly<Record<string, unknown>>,
): void {
  for (const key of Object.keys(map).toSorted()) {
    writer.message(number, (entry) => {
      entry.string(1, key);
      writeValue(entry, { number: 2, type }, map[key]);
    });
  }
}

interface Target {
  readonly number: number;
  readonly type: WireType;
}

/** `undefined` and null are the type's zero. */
function writeValue(writer: WireWriter, { number, type }: Target, value: unknown): void {
  if (type.kind === 'scalar') writeScalar(writer, { number, scalar: type.scalar }, value ?? undefined);
  else if (type.kind === 'message') writer.message(number, (inner) => writeMessage(inner, type.plan, value));
  else {
    writer.message(number, (inner) =>
      formWriters[type.form](inner, value ?? undefined, (schemaWriter, schema) =>
        writeMessage(schemaWriter, type.schemaPlan, schema),
      ),
    );
  }
}

/** The codec of the message has checked the types. */
function writeScalar(
  writer: WireWriter,
  { number, scalar }: { number: number; scalar: string },
  value: unknown,
): void {
  if (scalar === 'string') writer.string(number, (value ?? '') as string);
  else if (scalar === 'bytes') writer.bytes(number, Buffer.from((value ?? '') as string, 'base64'));
  else if (scalar === 'bool') writer.bool(number, value === true);
  else if (scalar === 'double') writer.double(number, (value ?? 0) as number);
  else writer.integer(number, (value ?? 0) as number);
}
