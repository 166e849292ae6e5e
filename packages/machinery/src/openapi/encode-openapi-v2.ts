import { isJsonObject } from '../decode/codec.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';

/**
 * An OpenAPI v2 document as gnostic's protobuf message, `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`:
 * the one form in which client-go asks for it. Field numbers are those of `openapiv2/OpenAPIv2.proto` of
 * google/gnostic-models, for the parts that our documents have.
 */
export function encodeOpenApiV2Protobuf(document: object): Uint8Array {
  const writer = new WireWriter();
  writeDocument(writer, document);
  return writer.finish();
}

/** Writes the fields of a message from its JSON value. */
type MessageEncoder = (writer: WireWriter, value: unknown) => void;

/** Writes one field, number and all. */
type FieldEncoder = MessageEncoder;

/** A message whose fields are JSON members; names that begin with `x-` go to the list of extensions. */
function message(fields: Readonly<Record<string, FieldEncoder>>, extensions?: number): MessageEncoder {
  return (writer, value) => {
    for (const [name, member] of membersOf(value)) {
      if (extensions !== undefined && name.startsWith('x-')) {
        writer.message(extensions, (entry) => {
          entry.string(1, name);
          entry.message(2, (any) => writeAny(any, member));
        });
      } else {
        fields[name]?.(writer, member);
      }
    }
  };
}

const string =
  (number: number): FieldEncoder =>
  (writer, value) =>
    writer.string(number, value as string);
const bool =
  (number: number): FieldEncoder =>
  (writer, value) =>
    writer.bool(number, value === true);

function strings(number: number): FieldEncoder {
  return (writer, value) => {
    for (const text of [value].flat()) writer.string(number, text as string);
  };
}

/** The encoder is taken by a function, because messages may contain themselves. */
function one(number: number, encoder: () => MessageEncoder): FieldEncoder {
  return (writer, value) => writer.message(number, (inner) => encoder()(inner, value));
}

function list(number: number, encoder: () => MessageEncoder): FieldEncoder {
  return (writer, value) => {
    for (const item of value as readonly unknown[]) one(number, encoder)(writer, item);
  };
}

/** An object of any names: a message with a list of names and values, in its field `entry`. */
function map(
  number: number,
  { entry, encoder }: { entry: number; encoder: () => MessageEncoder },
): FieldEncoder {
  return one(number, () => entries(entry, encoder));
}

function entries(entry: number, encoder: () => MessageEncoder): MessageEncoder {
  return (writer, value) => {
    for (const [name, member] of membersOf(value)) {
      writer.message(entry, (named) => {
        named.string(1, name);
        named.message(2, (inner) => encoder()(inner, member));
      });
    }
  };
}

/** Any value, as YAML: JSON is YAML. */
function writeAny(writer: WireWriter, value: unknown): void {
  writer.string(2, `${JSON.stringify(value)}\n`);
}

function membersOf(value: unknown): ReadonlyArray<[string, unknown]> {
  return isJsonObject(value) ? Object.entries(value) : [];
}

const writeSchema: MessageEncoder = message(
  {
    $ref: string(1),
    format: string(2),
    description: string(4),
    required: strings(19),
    additionalProperties: one(21, () => alternative(1, writeSchema)),
    type: one(22, () => strings(1)),
    items: one(23, () => alternative(1, writeSchema)),
    properties: map(25, { entry: 1, encoder: () => writeSchema }),
  },
  31,
);

/** A message of alternatives, of which one is taken. */
function alternative(number: number, encoder: MessageEncoder): MessageEncoder {
  return one(number, () => encoder);
}

const writeBodyParameter = message({
  name: string(2),
  in: string(3),
  required: bool(4),
  schema: one(5, () => writeSchema),
});

const writeQueryParameter = message({
  required: bool(1),
  in: string(2),
  name: string(4),
  type: string(6),
  uniqueItems: bool(20),
});

const writePathParameter = message({
  required: bool(1),
  in: string(2),
  name: string(4),
  type: string(5),
  uniqueItems: bool(19),
});

const writeParameter: MessageEncoder = (writer, value) => {
  const place = isJsonObject(value) ? value['in'] : undefined;
  const parameter =
    place === 'body'
      ? alternative(1, writeBodyParameter)
      : alternative(
          2,
          place === 'path' ? alternative(4, writePathParameter) : alternative(3, writeQueryParameter),
        );
  // The outermost choice is between a parameter and a reference to one.
  alternative(1, parameter)(writer, value);
};

const writeResponse = message({
  description: string(1),
  schema: one(2, () => alternative(1, writeSchema)),
});

const writeOperation = message(
  {
    tags: strings(1),
    description: string(3),
    operationId: string(5),
    produces: strings(6),
    consumes: strings(7),
    parameters: list(8, () => writeParameter),
    responses: map(9, { entry: 1, encoder: () => alternative(1, writeResponse) }),
    schemes: strings(10),
  },
  13,
);

const writePathItem = message(
  {
    get: one(2, () => writeOperation),
    put: one(3, () => writeOperation),
    post: one(4, () => writeOperation),
    delete: one(5, () => writeOperation),
    patch: one(8, () => writeOperation),
    parameters: list(9, () => writeParameter),
  },
  10,
);

const writeApiKey = message({ type: string(1), name: string(2), in: string(3), description: string(4) });

const writeDocument = message({
  swagger: string(1),
  info: one(2, () => message({ title: string(1), version: string(2) })),
  paths: map(8, { entry: 2, encoder: () => writePathItem }),
  definitions: map(9, { entry: 1, encoder: () => writeSchema }),
  security: list(12, () => entries(1, () => strings(1))),
  securityDefinitions: map(13, { entry: 1, encoder: () => alternative(2, writeApiKey) }),
});
