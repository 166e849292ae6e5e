import { apiAudience, issuerOf, mintToken, openKey, type Subject } from '@berth/auth';
import type { Store } from '@berth/store';
import type { JWK } from 'jose';
import { CliError } from '../cli-error.ts';

export interface ClusterTokenRequest {
  readonly clusterId: string;
  readonly subject: Subject;
  readonly expiresInSeconds: number;
  readonly masterKey: Uint8Array;
  readonly serverUrl: string;
  readonly now: Date;
}

/**
 * Signs a token with the cluster's newest key, straight from the database: the way of whoever holds the master key.
 *
 * @throws CliError CLUSTER_MISSING
 */
export async function mintClusterToken(store: Store, request: ClusterTokenRequest): Promise<string> {
  const key = (await store.signingKeys.list(request.clusterId)).at(-1);
  if (!key) throw new CliError('CLUSTER_MISSING', `there is no cluster "${request.clusterId}"`);
  // The store keeps JWKs as plain JSON.
  const privateJwk: JWK = openKey(
    key.sealedPrivateJwk,
    `${request.clusterId}/${key.keyId}`,
    request.masterKey,
  );
  return mintToken({
    clusterId: request.clusterId,
    issuer: issuerOf(request.serverUrl, request.clusterId),
    subject: request.subject,
    audience: [apiAudience],
    expiresInSeconds: request.expiresInSeconds,
    key: { kid: key.keyId, privateJwk },
    now: request.now,
  });
}
