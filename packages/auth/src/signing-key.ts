import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** The one algorithm of Berth's own tokens: Ed25519 (RFC 8037). */
export const tokenAlgorithm = 'EdDSA';

/** A key that signs a cluster's tokens. `privateJwk` leaves memory only sealed. */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

/** The public half, as JWKS publishes it. */
export type VerificationKey = Pick<SigningKey, 'kid' | 'publicJwk'>;

/** A new Ed25519 key. `kid` is random and unique over all clusters. */
export async function generateSigningKey(): Promise<SigningKey> {
  const pair = await generateKeyPair(tokenAlgorithm, { crv: 'Ed25519', extractable: true });
  const kid = crypto.randomUUID();
  const marks = { kid, alg: tokenAlgorithm, use: 'sig' };
  return {
    kid,
    publicJwk: { ...(await exportJWK(pair.publicKey)), ...marks },
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...marks },
  };
}
