import {
  apiServerUsername,
  nodeAudience,
  systemClusterId,
  type VerificationKey,
  verifyToken,
} from '@berth/auth';
import type { Clock } from '@berth/runtime';
import { type Dispatcher, request } from 'undici';

/** Keys are asked for again at most this often, however many unknown ones are named. */
const refetchAfterMs = 10_000;

export interface KeySource {
  readonly apiUrl: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** The nodes that this agent runs. */
  readonly nodeNames: readonly string[];
}

/**
 * Checks that a caller is the API server: its token is signed by the system cluster, whose public keys it publishes, for
 * the audience of one of this agent's nodes: another agent that was called cannot pass its token on.
 *
 * @returns whether a bearer token is one of these.
 */
export function createAuthenticator({
  apiUrl,
  dispatcher,
  clock,
  nodeNames,
}: KeySource): (token: string) => Promise<boolean> {
  let keys: readonly VerificationKey[] = [];
  let fetchedAtMs = Number.NEGATIVE_INFINITY;

  const keysOf = async (clusterId: string, kid: string): Promise<readonly VerificationKey[]> => {
    if (clusterId !== systemClusterId) return [];
    const nowMs = clock.now().getTime();
    if (!keys.some((key) => key.kid === kid) && nowMs - fetchedAtMs >= refetchAfterMs) {
      const url = `${apiUrl.replace(/\/$/, '')}/clusters/${systemClusterId}/openid/v1/jwks`;
      const { statusCode, body } = await request(url, { dispatcher });
      if (statusCode !== 200) throw new Error(`the API server answered ${statusCode} for its keys`);
      // RFC 7517; the API server's own document.
      const document = (await body.json()) as { keys: Array<VerificationKey['publicJwk'] & { kid: string }> };
      keys = document.keys.map((publicJwk) => ({ kid: publicJwk.kid, publicJwk }));
      fetchedAtMs = nowMs;
    }
    return keys;
  };

  return async (token) => {
    try {
      const audience = nodeNames.map(nodeAudience);
      const { identity } = await verifyToken(token, { keysOf, audience, now: clock.now() });
      return identity.username === apiServerUsername;
    } catch {
      return false;
    }
  };
}
