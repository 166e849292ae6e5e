import { issuerOf, tokenAlgorithms } from '@berth/auth';
import { pageNotFoundError } from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiApp } from '../app.ts';
import { tokenExchangeGrant } from '../outsiders/exchange-request.ts';
import { cachedKeys } from '../tokens/cached-keys.ts';

/** A new key is published for much longer before it signs. */
const documentMaxAgeSeconds = 300;

/**
 * The public halves of a cluster's signing keys, and the OIDC discovery document that leads to them, so that node agents
 * and other clouds can verify the cluster's tokens. Open to everybody, as the documents' readers have no token.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function addOpenId(app: ApiApp, { keys, externalUrl, store }: ApiDeps): void {
  const existing = async (c: ApiContext): Promise<string> => {
    const clusterId = c.get('clusterId');
    if (await store.clusterExists(clusterId)) return clusterId;
    throw pageNotFoundError();
  };
  const keysOf = cachedKeys(keys);
  app.get('/openid/v1/jwks', async (c) => {
    const clusterId = await existing(c);
    const found = await keysOf(clusterId);
    c.header('Cache-Control', `public, max-age=${documentMaxAgeSeconds}`);
    return c.json({ keys: found.map(({ publicJwk }) => publicJwk) }, 200, {
      'Content-Type': 'application/jwk-set+json',
    });
  });
  app.get('/.well-known/openid-configuration', async (c) => {
    const issuer = issuerOf(externalUrl, await existing(c));
    c.header('Cache-Control', `public, max-age=${documentMaxAgeSeconds}`);
    return c.json({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      token_endpoint: `${issuer}/oauth/token`,
      token_endpoint_auth_methods_supported: ['none'],
      grant_types_supported: [tokenExchangeGrant],
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: tokenAlgorithms,
    });
  });
}
