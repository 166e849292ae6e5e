import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** Ed25519 (RFC 8037) and ECDSA over P-256 (RFC 7518). */
export const tokenAlgorithms = ['EdDSA', 'ES256'] as const;

/** How Berth's own tokens are signed. */
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** A key that signs a cluster's tokens. Both halves name their algorithm, `alg`. `privateJwk` leaves memory only sealed. */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

/** The public half, as JWKS publishes it. */
export type VerificationKey = Pick<SigningKey, 'kid' | 'publicJwk'>;

/** A new key. `kid` is random and unique over all clusters. */
export async function generateSigningKey(algorithm: TokenAlgorithm = 'EdDSA'): Promise<SigningKey> {
  const pair = await generateKeyPair(algorithm, {
    extractable: true,
    ...(algorithm === 'EdDSA' && { crv: 'Ed25519' }),
  });
  const kid = crypto.randomUUID();
  const marks = { kid, alg: algorithm, use: 'sig' };
  return {
    kid,
    publicJwk: { ...(await exportJWK(pair.publicKey)), ...marks },
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...marks },
  };
}

/** The one algorithm that a key is for; undefined for a key of another kind. */
export function algorithmOfKey({ alg }: JWK): TokenAlgorithm | undefined {
  return tokenAlgorithms.find((algorithm) => algorithm === alg);
}
