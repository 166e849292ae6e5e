import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { stringify } from 'yaml';
import type { ApiContext } from '../api-env.ts';
import type { OutputFormat } from './negotiate.ts';
import { warningHeaders } from './warning-header.ts';

/** As kube-apiserver: smaller bodies are not worth it, and level 1 is nearly as small as 6 and much faster. */
export const gzipFromBytes = 128 * 1024;
export const gzipLevel = 1;
const gzipAsync = promisify(gzip);

export interface Answer {
  readonly format: OutputFormat;
  readonly status?: ContentfulStatusCode;
  /** The JSON text; YAML is made from it where that is wanted. */
  readonly json: string;
}

/** Answers with an object, in the format that was negotiated, with the request's warnings. */
export async function send(c: ApiContext, { format, status = 200, json }: Answer): Promise<Response> {
  c.set('answeredJson', json);
  const text = format === 'json' ? json : jsonToYaml(json);
  for (const header of warningHeaders(c.get('warnings'))) c.header('Warning', header, { append: true });
  return sendText(c, {
    text,
    status,
    contentType: contentTypeOf(format),
  });
}

/** The media type of a format. */
export function contentTypeOf(format: OutputFormat): string {
  return format === 'json' ? 'application/json' : 'application/yaml';
}

export interface TextAnswer {
  readonly text: string;
  readonly contentType: string;
  readonly status?: ContentfulStatusCode;
}

/** Answers with a text, compressed where the client takes that and the size is worth it. */
export async function sendText(
  c: ApiContext,
  { text, contentType, status = 200 }: TextAnswer,
): Promise<Response> {
  c.header('Content-Type', contentType);
  if (text.length < gzipFromBytes || !acceptsGzip(c)) return c.body(text, status);
  c.header('Content-Encoding', 'gzip');
  c.header('Vary', 'Accept-Encoding');
  return c.body(new Uint8Array(await gzipAsync(text, { level: gzipLevel })), status);
}

/** Whether the client takes a compressed answer. */
export function acceptsGzip(c: ApiContext): boolean {
  return c.req.header('accept-encoding')?.includes('gzip') ?? false;
}

/** YAML that every parser reads back as the same JSON: strings that YAML 1.1 takes for something else are quoted. */
export const yamlOptions = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

function jsonToYaml(json: string): string {
  return stringify(JSON.parse(json), yamlOptions);
}
