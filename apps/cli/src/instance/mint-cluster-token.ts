import { apiAudience, createKeyRing, issuerOf, type MasterKeys, mintToken, type Subject } from '@berth/auth';
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
 * Signs a token with the cluster's newest key, straight from the database: the way of whoever holds the master key.
 *
 * @throws CliError CLUSTER_MISSING
 */
export async function mintClusterToken(store: Store, request: ClusterTokenRequest): Promise<string> {
  if (!(await store.clusterExists(request.clusterId))) {
    throw new CliError('CLUSTER_MISSING', `there is no cluster "${request.clusterId}"`);
  }
  const key = await createKeyRing(store.signingKeys, request.masterKeys).signingKey(request.clusterId);
  return mintToken({
    clusterId: request.clusterId,
    issuer: issuerOf(request.serverUrl, request.clusterId),
    subject: request.subject,
    audience: [apiAudience],
    expiresInSeconds: request.expiresInSeconds,
    key,
    now: request.now,
  });
}
