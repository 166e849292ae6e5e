import { parseNetworks } from '@berth/auth';
import { startTestApi, type TestAnswer, type TestApi } from './api.ts';
import { type OidcProvider, startOidcProvider } from './oidc-provider.ts';

/** An API server with the tenants `acme` (clusters `acme-prod`, `acme-dev`) and `rival` (`rival-prod`), and an issuer. */
export interface OutsideFixture {
  readonly api: TestApi;
  readonly provider: OidcProvider;
  /** Moves the server's clocks, and lets the one that measures run again. */
  advance(ms: number): void;
  /** Lets no time pass for what the server measures, however long the test takes. */
  stopClock(): void;
  now(): Date;
  /** Stores a TrustedIssuer of the provider, in place of one of that name. */
  trust(issuer: TrustedIssuerOptions): Promise<void>;
  distrust(name: string, namespace?: string): Promise<void>;
  /** A token that the fixture's TrustedIssuers take, unless the claims are other ones. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** Who the cluster says the token's bearer is. */
  whoAmI(cluster: string, token: string): Promise<TestAnswer>;
  /** Asks for a token in exchange. */
  exchange(cluster: string, form: Record<string, string> | string): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface TrustedIssuerOptions {
  /** Default `ci`. */
  readonly name?: string;
  /** Default `acme`. */
  readonly namespace?: string;
  readonly spec?: Record<string, unknown>;
}

export const exchangeForm = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
} as const;

const platform = '/clusters/system/apis/platform.berth.dev/v1';
const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

export async function startOutsideFixture(): Promise<OutsideFixture> {
  const provider = await startOidcProvider();
  let aheadMs = 0;
  const now = (): Date => new Date(Date.now() + aheadMs);
  let stoppedAtMs: number | undefined;
  const elapsedMs = (): number => stoppedAtMs ?? performance.now() + aheadMs;
  const api = await startTestApi({ issuerNetworks: parseNetworks('127.0.0.1/32'), now, elapsedMs });
  const ask = async (method: string, path: string, body?: object): Promise<TestAnswer> => {
    const answer = await api.send(method, `${platform}${path}`, { as: 'system', ...(body && { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer;
  };
  const object = (kind: string, name: string, spec: object) => ({
    apiVersion: 'platform.berth.dev/v1',
    kind,
    metadata: { name },
    spec,
  });
  for (const tenant of ['acme', 'rival']) await ask('POST', '/tenants', object('Tenant', tenant, {}));
  for (const cluster of ['acme-prod', 'acme-dev', 'rival-prod']) {
    const [tenant = ''] = cluster.split('-');
    await ask('POST', `/namespaces/${tenant}/clusters`, object('Cluster', cluster, {}));
  }
  return {
    api,
    provider,
    now,
    advance(ms) {
      aheadMs += ms;
      stoppedAtMs = undefined;
    },
    stopClock() {
      stoppedAtMs = elapsedMs();
    },
    async trust({ name = 'ci', namespace = 'acme', spec = {} }) {
      const trusted = object('TrustedIssuer', name, {
        issuer: provider.issuer,
        certificateAuthority: provider.certificateAuthority,
        audiences: ['berth'],
        claims: [{ match: 'true', user: 'claims.sub' }],
        ...spec,
      });
      const at = `/namespaces/${namespace}/trustedissuers`;
      const answer = await api.send('POST', `${platform}${at}`, { as: 'system', body: trusted });
      if (answer.status === 409) await ask('PUT', `${at}/${name}`, trusted);
      else if (answer.status !== 201) throw new Error(answer.text);
    },
    async distrust(name, namespace = 'acme') {
      await ask('DELETE', `/namespaces/${namespace}/trustedissuers/${name}`);
    },
    token: (claims = {}) => provider.sign({ aud: 'berth', sub: 'alice', ...claims }, { now: now() }),
    whoAmI: (cluster, token) =>
      api.send('POST', `/clusters/${cluster}${reviews}`, {
        token,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      }),
    exchange: (cluster, form) =>
      api.send('POST', `/clusters/${cluster}/oauth/token`, {
        as: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    async close() {
      await api.close();
      await provider.close();
    },
  };
}
