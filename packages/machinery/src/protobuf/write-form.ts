import { parseDuration } from '../decode/duration-form.ts';
import type { JsonForm } from '../decode/json-form.ts';
import type { WireWriter } from './wire-writer.ts';

/** Writes the fields of a message that is no object in JSON. `undefined` is the type's zero. */
type FormWriter = (
  writer: WireWriter,
  value: unknown,
  writeSchema: (writer: WireWriter, schema: unknown) => void,
) => void;

/** The casts are true of values in canonical form. */
export const formWriters: Readonly<Record<JsonForm, FormWriter>> = {
  time: (writer, value) => writeTime(writer, value as string | undefined),
  microTime: (writer, value) => writeTime(writer, value as string | undefined),
  duration: (writer, value) => writer.bigint(1, parseDuration((value ?? '0s') as string)),
  quantity: (writer, value) => writer.string(1, (value ?? '0') as string),
  intOrString: (writer, value) => {
    const isText = typeof value === 'string';
    writer.integer(1, isText ? 1 : 0);
    writer.integer(2, isText ? 0 : ((value ?? 0) as number));
    writer.string(3, isText ? value : '');
  },
  rawJson: (writer, value) => {
    if (value !== undefined) writer.string(1, JSON.stringify(value));
  },
  stringList: (writer, value) => {
    for (const item of (value ?? []) as readonly string[]) writer.string(1, item);
  },
  schemaOrBool: (writer, value, writeSchema) => {
    const isSchema = typeof value === 'object';
    writer.bool(1, isSchema || value === true);
    if (isSchema) writer.message(2, (inner) => writeSchema(inner, value));
  },
  schemaOrList: (writer, value, writeSchema) => {
    if (Array.isArray(value))
      for (const item of value) writer.message(2, (inner) => writeSchema(inner, item));
    else if (value !== undefined) writer.message(1, (inner) => writeSchema(inner, value));
  },
  schemaOrStringList: (writer, value, writeSchema) => {
    if (Array.isArray(value)) for (const item of value as readonly string[]) writer.string(2, item);
    else if (value !== undefined) writer.message(1, (inner) => writeSchema(inner, value));
  },
};

/** Go's zero time is an empty message. */
function writeTime(writer: WireWriter, text: string | undefined): void {
  if (text === undefined) return;
  const [whole = '', fraction = ''] = text.slice(0, -1).split('.');
  writer.integer(1, Date.parse(`${whole}Z`) / 1_000);
  writer.integer(2, Number(fraction.padEnd(9, '0')));
}
