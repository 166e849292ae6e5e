import { apiServerUsername, issueToken, issuerOf, nodeAudience, systemClusterId } from '@berth/auth';
import type { ApiDeps } from '../api-deps.ts';

const lifetimeSeconds = 300;

/** A short-lived token by which one node's agent knows the API server; good there alone. */
export async function agentToken(
  { keys, now, externalUrl }: Pick<ApiDeps, 'keys' | 'now' | 'externalUrl'>,
  nodeName: string,
): Promise<string> {
  const { token } = await issueToken(keys, {
    clusterId: systemClusterId,
    issuer: issuerOf(externalUrl, systemClusterId),
    subject: { username: apiServerUsername, groups: ['system:authenticated'] },
    audience: [nodeAudience(nodeName)],
    expiresInSeconds: lifetimeSeconds,
    now: now(),
  });
  return token;
}
