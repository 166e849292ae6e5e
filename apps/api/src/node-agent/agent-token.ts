import { issuerOf, mintToken, nodeAudience, systemClusterId } from '@berth/auth';
import type { ApiDeps } from '../api-deps.ts';

const lifetimeSeconds = 300;

/** A short-lived token by which a node's agent knows the API server; good for agents alone. */
export async function agentToken({
  keys,
  now,
  externalUrl,
}: Pick<ApiDeps, 'keys' | 'now' | 'externalUrl'>): Promise<string> {
  return mintToken({
    clusterId: systemClusterId,
    issuer: issuerOf(externalUrl, systemClusterId),
    subject: { username: 'system:apiserver', groups: ['system:authenticated'] },
    audience: [nodeAudience],
    expiresInSeconds: lifetimeSeconds,
    key: await keys.signingKey(systemClusterId),
    now: now(),
  });
}
