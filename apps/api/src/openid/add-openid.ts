import { issuerOf, tokenAlgorithm } from '@berth/auth';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiApp } from '../app.ts';

const documentMaxAgeSeconds = 300;

/**
 * The public halves of a cluster's signing keys, and the OIDC discovery document that leads to them, so that node agents
 * and other clouds can verify the cluster's tokens. Open to everybody, as the documents' readers have no token.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function addOpenId(app: ApiApp, { keys, externalUrl }: ApiDeps): void {
  app.get('/openid/v1/jwks', async (c) => {
    const found = await keys.verificationKeys(c.get('clusterId'));
    c.header('Cache-Control', `public, max-age=${documentMaxAgeSeconds}`);
    return c.json({ keys: found.map(({ publicJwk }) => publicJwk) }, 200, {
      'Content-Type': 'application/jwk-set+json',
    });
  });
  app.get('/.well-known/openid-configuration', (c) => {
    const issuer = issuerOf(externalUrl, c.get('clusterId'));
    c.header('Cache-Control', `public, max-age=${documentMaxAgeSeconds}`);
    return c.json({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [tokenAlgorithm],
    });
  });
}
