import { KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, Pool } from 'undici';

/** What came back. `body` is the whole text. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Requests to one Kubernetes API over keep-alive HTTP/1.1: one connection per client, nothing pipelined. */
export interface ApiClient {
  readonly server: string;
  request(method: Dispatcher.HttpMethod, path: string, body?: string): Promise<Answer>;
  /** @throws when it is refused. */
  patch(path: string, body: string, contentType: string): Promise<void>;
  /** The lines of a watch as they come, until the signal aborts or the server ends it. */
  watch(path: string, signal: AbortSignal, onLine: (line: string) => void): Promise<void>;
  /** The same server, for another cluster of the same Berth; with the same credentials unless a bearer token is given. */
  inCluster(cluster: string, token?: string): Pick<ApiClient, 'patch' | 'request' | 'watch'>;
  close(): Promise<void>;
}

export interface ApiClientOptions {
  readonly kubeconfig: string;
  /** Connections, at most. */
  readonly connections: number;
  /** Does not verify the server's certificate. */
  readonly insecure: boolean;
}

/** Opens the current context of any kubeconfig: server, CA, token, client certificate or credential plugin. */
export async function openApi(options: ApiClientOptions): Promise<ApiClient> {
  const config = new KubeConfig();
  config.loadFromFile(options.kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${options.kubeconfig} has no current context with a cluster`);
  const tls: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  await config.applyToHTTPSOptions(tls);
  const server = new URL(cluster.server);
  const prefix = server.pathname.replace(/\/$/, '');
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...credentials(tls.headers),
  };
  const pool = new Pool(server.origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 120_000,
    bodyTimeout: 0,
    connect: {
      rejectUnauthorized: !options.insecure && !cluster.skipTLSVerify,
      ...pick(tls, ['ca', 'cert', 'key', 'pfx', 'passphrase', 'servername']),
    },
  });

  const at = (base: string, token?: string): Pick<ApiClient, 'patch' | 'request' | 'watch'> => {
    const sent = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
    return {
      request: async (method, path, body) => {
        const answer = await pool.request({ method, path: base + path, headers: sent, body: body ?? null });
        return { status: answer.statusCode, body: await answer.body.text() };
      },
      patch: async (path, body, contentType) => {
        const patchHeaders = { ...sent, 'content-type': contentType };
        const answer = await pool.request({
          method: 'PATCH',
          path: base + path,
          headers: patchHeaders,
          body,
        });
        const text = await answer.body.text();
        if (answer.statusCode >= 300)
          throw new Error(`PATCH ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
      },
      watch: async (path, signal, onLine) => {
        try {
          const answer = await pool.request({ method: 'GET', path: base + path, headers: sent, signal });
          if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${await answer.body.text()}`);
          await eachLine(answer.body, onLine);
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    };
  };
  return {
    server: cluster.server,
    ...at(prefix),
    inCluster: (name, token) => at(`${prefix.replace(/\/clusters\/[^/]+$/, '')}/clusters/${name}`, token),
    close: () => pool.destroy(),
  };
}

async function eachLine(
  stream: Dispatcher.ResponseData['body'],
  onLine: (line: string) => void,
): Promise<void> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  }
}

function credentials(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function pick<T extends object>(source: T, names: ReadonlyArray<keyof T>): Partial<T> {
  const result: Partial<T> = {};
  for (const name of names) if (source[name] !== undefined) result[name] = source[name];
  return result;
}
