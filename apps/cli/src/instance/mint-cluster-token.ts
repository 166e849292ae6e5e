import { apiAudience, createKeyRing, issueToken, issuerOf, type MasterKeys, type Subject } from '@berth/auth';
import type { Store } from '@berth/store';
import { CliError } from '../cli-error.ts';

export interface ClusterTokenRequest {
  readonly clusterId: string;
  readonly subject: Subject;
  readonly expiresInSeconds: number;
  readonly masterKeys: MasterKeys;
  readonly serverUrl: string;
  readonly now: Date;
}

/**
 * Signs a token with the cluster's present key, straight from the database: the way of whoever holds the master key.
 *
 * @throws CliError CLUSTER_MISSING
 */
export async function mintClusterToken(store: Store, request: ClusterTokenRequest): Promise<string> {
  if (!(await store.clusterExists(request.clusterId))) {
    throw new CliError('CLUSTER_MISSING', `there is no cluster "${request.clusterId}"`);
  }
  const keys = createKeyRing(store.signingKeys, request.masterKeys, () => request.now);
  const { token } = await issueToken(keys, {
    clusterId: request.clusterId,
    issuer: issuerOf(request.serverUrl, request.clusterId),
    subject: request.subject,
    audience: [apiAudience],
    expiresInSeconds: request.expiresInSeconds,
    now: request.now,
  });
  return token;
}
