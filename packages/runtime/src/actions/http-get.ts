import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Container } from '@berth/kinds';
import { codeOf, dialError, hostPort, messageOf } from './go-words.ts';
import { resolvePort } from './resolve-port.ts';

/** `HTTPGetAction`, of a probe or a hook. */
export type HttpGetAction = NonNullable<NonNullable<Container['livenessProbe']>['httpGet']>;

export interface HttpGetTarget {
  readonly container: Container;
  /** Where the pod is reached; the action may name another host. */
  readonly host: string;
  /** `probe` or `lifecycle`: the middle of the user agent. */
  readonly purpose: 'probe' | 'lifecycle';
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly statusCode: number;
  /** At most the first 10 KiB. */
  readonly body: string;
}

const keptBodyBytes = 10 * 1024;
const mostRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * A GET as the kubelet makes it: certificates are not verified, redirects are followed as long as they lead to the same host.
 *
 * @throws Error in the kubelet's words where there is no answer, and `no such port` or the like before it is sent
 */
export async function httpGet(action: HttpGetAction, target: HttpGetTarget): Promise<HttpAnswer> {
  const first = urlOf(action, target);
  const headers = headersOf(action, target.purpose);
  let url = first;
  for (let followed = 0; ; followed += 1) {
    const answer = await send(url, { headers, signal: target.signal });
    const { statusCode = 0, headers: answered } = answer;
    const { location } = answered;
    const next = redirects.has(statusCode) && location !== undefined ? new URL(location, url) : undefined;
    if (next?.hostname !== first.hostname) return { statusCode, body: await readStart(answer, url) };
    answer.destroy();
    if (followed === mostRedirects) throw failed(next, `stopped after ${mostRedirects} redirects`);
    // A Host header was for the first request alone.
    delete headers['host'];
    url = next;
  }
}

function urlOf(action: HttpGetAction, { container, host }: HttpGetTarget): URL {
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const address = hostPort(action.host || host, resolvePort(action.port, container));
  const path = action.path ?? '/';
  return new URL(path.startsWith('/') ? path : `/${path}`, `${scheme}://${address}`);
}

type Headers = Record<string, string[] | string>;

function headersOf({ httpHeaders }: HttpGetAction, purpose: string): Headers {
  const lists: Record<string, string[]> = {};
  for (const { name, value } of httpHeaders ?? []) {
    const key = name.toLowerCase();
    lists[key] = [...(lists[key] ?? []), value];
  }
  const { host, ...others } = lists;
  const headers: Headers = { ...others, ...(host?.[0] === undefined ? {} : { host: host[0] }) };
  headers['user-agent'] ??= `kube-${purpose}/1.36`;
  headers['accept'] ??= '*/*';
  if (headers['accept'].length === 1 && headers['accept'][0] === '') delete headers['accept'];
  return headers;
}

function send(
  url: URL,
  options: { readonly headers: Headers; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const sent = (secure ? httpsRequest : httpRequest)(url, {
      ...options,
      // A connection of its own each time, so that the probe sees what a new client would.
      agent: false,
      ...(secure ? { rejectUnauthorized: false } : {}),
    });
    sent.on('response', resolve);
    sent.on('error', (error) => reject(failed(url, reasonOf(error, url))));
    sent.end();
  });
}

async function readStart(answer: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= keptBodyBytes) break;
    }
  } catch (error) {
    throw failed(url, reasonOf(error, url));
  } finally {
    answer.destroy();
  }
  return Buffer.concat(chunks).subarray(0, keptBodyBytes).toString();
}

function reasonOf(error: unknown, { hostname, port, protocol }: URL): string {
  const code = codeOf(error);
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'TimeoutError')) {
    return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  }
  if (code === 'ECONNRESET') return 'EOF';
  const isDial = error instanceof Error && 'syscall' in error && error.syscall !== 'read';
  const shown = hostPort(hostname.replaceAll(/^\[|\]$/g, ''), Number(port) || defaultPort(protocol));
  return isDial ? dialError(error, shown) : messageOf(error);
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80;
}

function failed(url: URL, why: string): Error {
  return new Error(`Get ${JSON.stringify(url.href)}: ${why}`);
}
