import { request } from 'node:https';
import { CliError } from './cli-error.ts';

/** Where the API is and who asks, as a kubeconfig says. */
export interface ApiAccess {
  /** With the path of the cluster: `https://127.0.0.1:6443/clusters/system`. */
  readonly clusterUrl: string;
  readonly caPem: string;
  readonly token: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/** @throws CliError API_UNREACHABLE */
export async function apiRequest(
  access: ApiAccess,
  call: { method: 'DELETE' | 'GET' | 'POST'; path: string; body?: unknown },
): Promise<ApiAnswer> {
  const url = new URL(access.clusterUrl + call.path);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(
        new CliError('API_UNREACHABLE', `the API at ${url.origin} cannot be reached: ${cause.message}`, {
          cause,
        }),
      );
    const outgoing = request(
      url,
      {
        method: call.method,
        ca: access.caPem,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', fail);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: incoming.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text });
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  });
}

/** The message of a `Status`, for the terminal. */
export function statusMessage(answer: ApiAnswer): string {
  const { body } = answer;
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return `the API answered ${answer.status}`;
}
