import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { type AllowedNetwork, isCallable } from './address-guard.ts';
import { IssuerError } from './issuer-error.ts';

/** Resolves a host name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface FetchGuard {
  /** What may be called beyond public addresses. */
  readonly allowed: readonly AllowedNetwork[];
  /** PEM of the authorities to trust in place of the usual ones. */
  readonly certificateAuthority?: string;
  /** Ends the fetch, however far it is. */
  readonly signal: AbortSignal;
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

export interface FetchedJson {
  readonly json: unknown;
  /** `max-age` of the answer's `Cache-Control`; undefined without one. */
  readonly maxAgeSeconds: number | undefined;
}

const maxBodyBytes = 256 * 1024;

/**
 * Gets a JSON document from a URL that a tenant chose: the one place from which Berth does so. The host is resolved once,
 * within the connect itself, and only addresses that may be called are handed on, so that no second resolution can lead
 * elsewhere. Redirects are not followed. No proxy of the environment is used.
 *
 * @throws IssuerError
 */
export async function guardedFetch(url: URL, guard: FetchGuard): Promise<FetchedJson> {
  refuseAddress(url, guard.allowed);
  const { certificateAuthority, allowed, resolve = lookUp } = guard;
  const agent = new Agent({
    connections: 1,
    pipelining: 0,
    maxHeaderSize: 16_384,
    connect: {
      lookup: guardedLookup(resolve, allowed),
      ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
    },
  });
  try {
    return await fetchWith(agent, url, guard.signal);
  } catch (error) {
    throw asIssuerError(error, url, guard.signal);
  } finally {
    agent.destroy().catch(() => undefined);
  }
}

async function fetchWith(agent: Agent, url: URL, signal: AbortSignal): Promise<FetchedJson> {
  const { statusCode, headers, body } = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'berth' },
    signal,
  });
  if (statusCode !== 200) {
    throw new IssuerError('BadStatus', `${shown(url)} answered with status ${statusCode} instead of 200`);
  }
  return { json: parsed(await readBody(body, url), url), maxAgeSeconds: maxAgeOf(headers['cache-control']) };
}

async function readBody(body: Dispatcher.ResponseData['body'], url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) {
      throw new IssuerError('TooLarge', `${shown(url)} answered with more than ${maxBodyBytes / 1024} KiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IssuerError('NotJson', `${shown(url)} did not answer with JSON`, { cause });
  }
}

/** An address in the URL itself is never looked up, so that the connect would not be asked. */
function refuseAddress(url: URL, allowed: readonly AllowedNetwork[]): void {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isCallable(host, allowed)) throw refused(url.hostname);
}

function guardedLookup(resolve: Resolve, allowed: readonly AllowedNetwork[]): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const callable = addresses.filter(({ address }) => isCallable(address, allowed));
      const [first] = callable;
      if (first === undefined) return callback(refused(hostname), '');
      return all ? callback(null, callable) : callback(null, first.address, first.family);
    });
  };
}

/** Says nothing of the address: who asks may not learn how names resolve in here. */
function refused(host: string): IssuerError {
  return new IssuerError('AddressRefused', `${host} has no address that may be called from here`);
}

function asIssuerError(error: unknown, url: URL, signal: AbortSignal): IssuerError {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof IssuerError) return inner;
  }
  if (signal.aborted)
    return new IssuerError('TimedOut', `${shown(url)} did not answer in time`, { cause: error });
  return new IssuerError('Unreachable', `${shown(url)} cannot be reached: ${codeOf(error)}`, {
    cause: error,
  });
}

/** `ECONNREFUSED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, …: it helps, and holds no address. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'the connection failed';
}

function maxAgeOf(header: string | string[] | undefined): number | undefined {
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec([header ?? []].flat().join(',')) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
