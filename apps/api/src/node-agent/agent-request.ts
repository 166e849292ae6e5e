import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { serviceUnavailableError } from '@berth/machinery';

export interface AgentRequest {
  readonly url: URL;
  readonly token: string;
  readonly signal: AbortSignal;
  /** PEM of the CA that signs agents' certificates. */
  readonly ca: string;
}

/**
 * Calls a node's agent. Resolves with the answer's head; its body streams for as long as the agent writes, which for a
 * followed log may be hours with long silences.
 *
 * @throws StatusError `ServiceUnavailable` if the agent cannot be reached
 */
export async function requestAgent({ url, token, signal, ca }: AgentRequest): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const call =
      url.protocol === 'https:'
        ? httpsRequest(url, { headers, signal, ca })
        : httpRequest(url, { headers, signal });
    call.once('response', resolve);
    call.once('error', (cause) =>
      reject(serviceUnavailableError(`the node's agent at ${url.host} cannot be reached`, cause)),
    );
    call.end();
  });
}
