import { request, type RequestOptions } from 'node:https';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Where the API is and who asks, as a kubeconfig says. */
export interface ApiAccess {
  /** With the path of the cluster: `https://127.0.0.1:6443/clusters/system`. */
  readonly clusterUrl: string;
  /** Absent: the authorities that this machine trusts. May be the server's own certificate. */
  readonly caPem?: string | undefined;
  /** Absent: asks as nobody. */
  readonly token?: string | undefined;
}

export interface ApiCall {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** Below the cluster's URL, with its query. */
  readonly path: string;
  /** Sent as JSON, or as it is if it is a text. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON; the text itself if it is none. */
  readonly body: unknown;
}

/** So long a silent server is waited for. */
const idleTimeoutMs = 60_000;

/** @throws CliError API_UNREACHABLE, API_UNTRUSTED */
export async function apiRequest(access: ApiAccess, call: ApiCall): Promise<ApiAnswer> {
  const url = new URL(access.clusterUrl + call.path);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, optionsOf(access, call), (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', (error) => reject(connectionError(url, error)));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, body: parsed(text) });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${idleTimeoutMs / 1000} s`)));
    outgoing.on('error', (error) => reject(connectionError(url, error)));
    outgoing.end(bodyOf(call));
  });
}

function optionsOf(access: ApiAccess, call: ApiCall): RequestOptions {
  const { accept = 'application/json', contentType = 'application/json' } = call;
  return {
    method: call.method,
    timeout: idleTimeoutMs,
    // With the server's own certificate as the trusted one, there is no authority above it to look for.
    ...(access.caPem !== undefined && { ca: access.caPem, allowPartialTrustChain: true }),
    headers: {
      ...(access.token !== undefined && { authorization: `Bearer ${access.token}` }),
      'user-agent': 'berth',
      accept,
      ...(call.body !== undefined && { 'content-type': contentType }),
    },
  };
}

function bodyOf({ body }: ApiCall): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** Why there is no answer, for the terminal. */
export function connectionError(url: URL, cause: Error & { code?: string }): CliError {
  const options = { cause, exitCode: exitCodes.unreachable };
  if (cause.code !== undefined && untrusted.has(cause.code)) {
    const message = `the certificate of ${url.origin} is signed by nobody whom this machine trusts. Give its authority by --certificate-authority, or log in to it: berth login ${url.origin}`;
    return new CliError('API_UNTRUSTED', message, options);
  }
  const why = cause.message || cause.code || 'no connection';
  return new CliError('API_UNREACHABLE', `the API at ${url.origin} cannot be reached: ${why}`, options);
}

/** The message of a `Status`, for the terminal. */
export function statusMessage(answer: ApiAnswer): string {
  const { body } = answer;
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return `the API answered ${answer.status}`;
}
