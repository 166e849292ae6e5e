import { importJWK, SignJWT } from 'jose';
import type { Subject } from './identity.ts';
import { berthClaim, type BerthClaim, type BoundObject } from './token-claims.ts';
import { algorithmOfKey, type SigningKey } from './signing-key.ts';
import type { TokenScope } from './token-scope.ts';

export interface TokenRequest {
  readonly clusterId: string;
  /** URL of the cluster's OIDC issuer, for clouds that trust its service accounts. */
  readonly issuer: string;
  readonly subject: Subject;
  readonly audience: readonly string[];
  /** Default one hour. */
  readonly expiresInSeconds?: number;
  /** Default a random UUID. */
  readonly jti?: string;
  readonly key: Pick<SigningKey, 'kid' | 'privateJwk'>;
  readonly now: Date;
  /** What the token is good for at most. Default: all that its subject may do. */
  readonly scope?: TokenScope;
  /** An object whose end is the token's end. */
  readonly boundTo?: BoundObject;
  /** Further claims, such as `kubernetes.io` of a bound service account token. They never replace Berth's own. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export const defaultTokenLifetimeSeconds = 3600;

/** Signs a bearer token for one cluster, by the algorithm that the key is for. */
export async function mintToken(request: TokenRequest): Promise<string> {
  const { kid, privateJwk } = request.key;
  const alg = algorithmOfKey(privateJwk);
  if (alg === undefined) throw new Error(`key "${kid}" is for no algorithm of Berth's tokens`);
  const issuedAtSeconds = Math.floor(request.now.getTime() / 1000);
  const { scope, boundTo } = request;
  const { username, uid, groups, extra } = request.subject;
  const claim: BerthClaim = {
    cluster: request.clusterId,
    groups,
    ...(uid !== undefined && { uid }),
    ...(extra !== undefined && { extra }),
    ...(scope !== undefined && { scope }),
    ...(boundTo !== undefined && { boundTo }),
  };
  return new SignJWT({ ...request.claims, [berthClaim]: claim })
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(request.issuer)
    .setSubject(username)
    .setAudience([...request.audience])
    .setIssuedAt(issuedAtSeconds)
    .setNotBefore(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + (request.expiresInSeconds ?? defaultTokenLifetimeSeconds))
    .setJti(request.jti ?? crypto.randomUUID())
    .sign(await importJWK(privateJwk, alg));
}
