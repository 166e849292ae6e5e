import {
  type DecodedBody,
  decodeJsonBody,
  decodeProtobufBody,
  decodeYamlBody,
  type DecodeOptions,
  type KubeObject,
  unsupportedMediaTypeError,
} from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';
import { readBody } from './read-body.ts';

type BodyFormat = 'json' | 'yaml' | 'protobuf';

const formats = new Map<string, BodyFormat>([
  ['', 'json'],
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
]);
const acceptedMediaTypes = [...formats.keys()].filter((mediaType) => mediaType !== '');

/**
 * Decodes the request's body as one object. Warnings go to the answer's headers.
 *
 * @throws StatusError `UnsupportedMediaType`, `RequestEntityTooLarge`, or `BadRequest` that says where the body is wrong
 */
export async function decodeBody<T extends object = KubeObject>(
  c: ApiContext,
  options: DecodeOptions,
): Promise<T> {
  const format = formats.get(mediaTypeOf(c));
  if (format === undefined) throw unsupportedMediaTypeError(acceptedMediaTypes);
  return withWarningsSaid(c, decoded<T>({ format, bytes: await readBody(c) }, options));
}

/** As {@link decodeBody}, for requests whose body may be missing. */
export async function decodeOptionalBody<T extends object>(
  c: ApiContext,
  options: DecodeOptions,
): Promise<T | undefined> {
  const bytes = await readBody(c);
  if (bytes.length === 0) return undefined;
  const format = formats.get(mediaTypeOf(c));
  if (format === undefined) throw unsupportedMediaTypeError(acceptedMediaTypes);
  return withWarningsSaid(c, decoded<T>({ format, bytes }, options));
}

/** The media type of the body, without parameters; '' when the request names none. */
export function mediaTypeOf(c: ApiContext): string {
  return (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function withWarningsSaid<T extends object>(c: ApiContext, { object, warnings }: DecodedBody<T>): T {
  c.get('warnings').push(...warnings);
  c.set('decodedBody', object);
  return object;
}

function decoded<T extends object>(
  { format, bytes }: { readonly format: BodyFormat; readonly bytes: Buffer },
  options: DecodeOptions,
) {
  switch (format) {
    case 'json':
      return decodeJsonBody<T>(bytes.toString(), options);
    case 'yaml':
      return decodeYamlBody<T>(bytes.toString(), options);
    case 'protobuf':
      return decodeProtobufBody<T>(bytes, options);
    default:
      return format satisfies never;
  }
}
