import { createFairLine, type FairLine } from '@berth/fairness';
import { Agent, type Dispatcher } from 'undici';
import { ApiError } from './api-error.ts';
import { systemCluster } from './paths.ts';

/** A token that can be asked for again once it was refused. */
export interface TokenSource {
  read(): Promise<string>;
  forget(): void;
}

export interface ApiRequest {
  readonly body?: object;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

const requestTimeoutMs = 30_000;
/** The feed says something every 15 s; a silence of three times that is a dead connection. */
const streamSilenceMs = 45_000;

/** Keep-alive connections to the API server, for all nodes of an agent. */
export interface ConnectionPool {
  readonly agent: Agent;
  /** Clusters take turns at the connections: thousands of pods of one do not keep another's waiting. What nodes say of themselves never waits. */
  readonly line: FairLine;
}

/** Requests of all nodes that are under way at once. Reports of one cluster share commits: the more are under way, the more share one. */
const requestsAtOnce = 48;
/** The same while pods of several clusters have something to tell: what one has under way is what the API server does before the next one's. */
const requestsAmongSeveral = 16;
/** For what nodes say of themselves. */
const ownRequests = 4;

/** One pool for all nodes of an agent. */
export function connectionPool(options: {
  readonly ca: string | undefined;
  readonly nodes: number;
}): ConnectionPool {
  const agent = new Agent({
    // Each node holds one connection for its feed.
    connections: options.nodes + requestsAtOnce + ownRequests,
    keepAliveTimeout: 30_000,
    ...(options.ca === undefined ? {} : { connect: { ca: options.ca } }),
  });
  const line = createFairLine({
    places: requestsAtOnce,
    contendedPlaces: requestsAmongSeveral,
    nowMs: () => performance.now(),
  });
  return { agent, line };
}

/** The cluster that a path is about; '' for the fleet itself. */
function clusterOf(path: string): string {
  return /^\/clusters\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** Calls the API server as one node. Every failure is an {@link ApiError}. */
export class ApiClient {
  readonly url: string;
  readonly #pool: ConnectionPool;
  readonly #token: TokenSource;

  constructor(options: {
    readonly url: string;
    readonly pool: ConnectionPool;
    readonly token: TokenSource;
  }) {
    this.url = options.url.replace(/\/$/, '');
    this.#pool = options.pool;
    this.#token = options.token;
  }

  get<T>(path: string, options: ApiRequest = {}): Promise<T> {
    return this.#json('GET', path, options);
  }

  post<T>(path: string, options: ApiRequest): Promise<T> {
    return this.#json('POST', path, options);
  }

  patch<T>(path: string, options: ApiRequest): Promise<T> {
    return this.#json('PATCH', path, options);
  }

  /**
   * A patch whose body is made when the request's turn has come, so that it tells how things are then: what happened while it waited
   * behind others needs no patch of its own. Without a body nothing is sent.
   */
  patchLatest<T>(
    path: string,
    contentType: string,
    makeBody: () => object | undefined,
  ): Promise<T | undefined> {
    return this.#inLine(path, async () => {
      const body = makeBody();
      return body === undefined ? undefined : this.#answer<T>('PATCH', path, { contentType, body });
    });
  }

  delete<T>(path: string, options: ApiRequest): Promise<T> {
    return this.#json('DELETE', path, options);
  }

  /** The body of an answer as it comes. It may be silent for as long as a quiet feed is. */
  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const { statusCode, body } = await this.#send('GET', path, { signal, bodyTimeoutMs: streamSilenceMs });
    if (statusCode !== 200) throw ApiError.fromAnswer(statusCode, await body.text());
    return body;
  }

  #json<T>(method: Dispatcher.HttpMethod, path: string, request: ApiRequest): Promise<T> {
    return this.#inLine(path, () => this.#answer<T>(method, path, request));
  }

  /** What nodes say of themselves goes at once, all else when its cluster has its turn. */
  #inLine<T>(path: string, send: () => Promise<T>): Promise<T> {
    const cluster = clusterOf(path);
    return cluster === '' || cluster === systemCluster ? send() : this.#pool.line.run(cluster, send);
  }

  async #answer<T>(method: Dispatcher.HttpMethod, path: string, request: ApiRequest): Promise<T> {
    const { statusCode, body } = await this.#send(method, path, {
      ...request,
      bodyTimeoutMs: requestTimeoutMs,
    });
    const text = await body.text().catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (statusCode >= 300) throw ApiError.fromAnswer(statusCode, text);
    // Whoever asks for a path knows the kind that stands there.
    return JSON.parse(text) as T;
  }

  async #send(
    method: Dispatcher.HttpMethod,
    path: string,
    request: ApiRequest & { readonly bodyTimeoutMs: number },
  ): Promise<Dispatcher.ResponseData> {
    const token = await this.#token.read().catch((cause: unknown) => {
      throw new ApiError(0, `the node's token cannot be read: ${String(cause)}`, { cause });
    });
    const { body, contentType = 'application/json', signal } = request;
    const content = body === undefined ? {} : { 'content-type': contentType };
    const answer = await this.#pool.agent
      .request({
        origin: new URL(this.url).origin,
        path: `${new URL(this.url).pathname.replace(/\/$/, '')}${path}`,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'user-agent': 'berth-node/0.1.0',
          ...content,
        },
        headersTimeout: requestTimeoutMs,
        bodyTimeout: request.bodyTimeoutMs,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
      .catch((cause: unknown) => {
        throw unreachable(cause);
      });
    if (answer.statusCode === 401) this.#token.forget();
    return answer;
  }
}

function unreachable(cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, `the API server cannot be reached: ${why}`, { cause });
}
