import { algorithmFor } from './algorithm-for.ts';
import type { KeyRing } from './key-ring.ts';
import { defaultTokenLifetimeSeconds, mintToken, type TokenRequest } from './mint-token.ts';

export interface IssuedToken {
  readonly token: string;
  /** The token's id. */
  readonly jti: string;
  readonly expiresAt: Date;
}

/** Signs a token with the cluster's present key of the algorithm that the audience reads. */
export async function issueToken(
  keys: Pick<KeyRing, 'signingKey'>,
  request: Omit<TokenRequest, 'key'>,
): Promise<IssuedToken> {
  const { clusterId, audience, now, expiresInSeconds = defaultTokenLifetimeSeconds } = request;
  const jti = request.jti ?? crypto.randomUUID();
  const issuedAtSeconds = Math.floor(now.getTime() / 1000);
  const expiresAt = new Date((issuedAtSeconds + expiresInSeconds) * 1000);
  const key = await keys.signingKey(clusterId, { algorithm: algorithmFor(audience), until: expiresAt });
  return { token: await mintToken({ ...request, key, jti, expiresInSeconds }), jti, expiresAt };
}
