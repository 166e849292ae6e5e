import { systemClusterId } from '@berth/auth';
import { pageNotFoundError } from '@berth/machinery';
import type { ApiApp } from '../app.ts';
import type { TrustedIssuers } from './trusted-issuers.ts';

/** Where people log in who then ask for a token of the fleet's own cluster. */
interface LoginIssuer {
  /** The TrustedIssuer. */
  readonly name: string;
  readonly issuer: string;
  /** A public client: it has no secret. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** PEM, for an issuer that machines do not trust anyway. */
  readonly certificateAuthority?: string;
}

/**
 * `GET /.well-known/berth-login`: the issuers at which people of the fleet log in by the device flow, for command lines that
 * know nothing but the server. Open to everybody, as who asks has no token yet; what it tells is what an issuer's sign-in page
 * shows anyway. Other clusters have none: people are the fleet's.
 */
export function addLoginIssuers(app: ApiApp, trusted: TrustedIssuers): void {
  app.get('/.well-known/berth-login', async (c) => {
    if (c.get('clusterId') !== systemClusterId) throw pageNotFoundError();
    const rules = await trusted.ofCluster(systemClusterId);
    const issuers = rules.flatMap(({ name, spec }): LoginIssuer[] => {
      const { issuer, deviceFlow, certificateAuthority } = spec;
      if (deviceFlow === undefined) return [];
      const { clientId, scopes = [] } = deviceFlow;
      return [{ name, issuer, clientId, scopes, ...(certificateAuthority && { certificateAuthority }) }];
    });
    c.header('Cache-Control', 'no-cache');
    return c.json({ issuers });
  });
}
