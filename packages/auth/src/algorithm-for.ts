import type { TokenAlgorithm } from './signing-key.ts';
import { apiAudience, isNodeAudience } from './token-claims.ts';

/**
 * How a token for these audiences is signed. Berth's own parts read EdDSA. Everybody else gets ES256, because the clouds'
 * token exchanges and most OIDC libraries read it, and few of them read EdDSA.
 */
export function algorithmFor(audiences: readonly string[]): TokenAlgorithm {
  const isOurs = audiences.every((audience) => audience === apiAudience || isNodeAudience(audience));
  return isOurs ? 'EdDSA' : 'ES256';
}
