import {
  apiAudience,
  commonScope,
  issuerOf,
  issueToken,
  systemClusterId,
  TokenError,
  type TokenScope,
} from '@berth/auth';
import { StatusError } from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiApp } from '../app.ts';
import { readBody } from '../request/read-body.ts';
import { ExchangeError } from './exchange-error.ts';
import { accessTokenType, readExchangeRequest } from './exchange-request.ts';
import type { Outsider, Outsiders } from './outsiders.ts';

type TokenExchangeDeps = Pick<ApiDeps, 'externalUrl' | 'keys' | 'log' | 'now'> & {
  readonly outsiders: Outsiders;
};

/** Far more than any token that a TrustedIssuer takes. */
const maxFormBytes = 65_536;
const maxLifetimeSeconds = 900;

/**
 * `POST /oauth/token`: a short-lived token of the cluster for one of an outside issuer (RFC 8693). It ends with the token
 * that was given for it, after 15 minutes, or with its TrustedIssuer, whichever comes first. Open to everybody, as who
 * asks has no token of Berth's.
 */
export function addTokenExchange(
  app: ApiApp,
  deps: TokenExchangeDeps,
  takeRequest: (c: ApiContext) => number,
): void {
  app.post('/oauth/token', async (c) => {
    c.header('Cache-Control', 'no-store');
    c.header('Pragma', 'no-cache');
    const clusterId = c.get('clusterId');
    try {
      requireAllowance(takeRequest(c));
      const clusterIssuer = issuerOf(deps.externalUrl, clusterId);
      const { subjectToken, scope } = readExchangeRequest(await readForm(c), clusterIssuer);
      const outsider = await identified(deps.outsiders, subjectToken, clusterId);
      const answer = await tokenFor(deps, outsider, scope);
      // Whoever is given a token stands in the logs from here on.
      c.set('identity', outsider.identity);
      return c.json(answer);
    } catch (error) {
      return answerRefusal(c, asExchangeError(error), deps);
    }
  });
}

async function identified(outsiders: Outsiders, token: string, clusterId: string): Promise<Outsider> {
  const outsider = await outsiders.identify(token, clusterId);
  if (outsider !== undefined) return outsider;
  throw new ExchangeError('invalid_request', 'subject_token is not of an issuer that this cluster trusts');
}

async function tokenFor(
  deps: TokenExchangeDeps,
  { identity, expiresAt, trustedBy }: Outsider,
  asked: TokenScope | undefined,
) {
  const now = deps.now();
  const left = Math.floor((expiresAt.getTime() - now.getTime()) / 1_000);
  if (left <= 0) throw new ExchangeError('invalid_request', 'subject_token has expired');
  const expiresInSeconds = Math.min(left, maxLifetimeSeconds);
  const { clusterId, username, uid, groups, extra } = identity;
  const scope = commonScope(identity.scope, asked);
  const { token } = await issueToken(deps.keys, {
    clusterId,
    issuer: issuerOf(deps.externalUrl, clusterId),
    subject: { username, groups, extra, ...(uid !== '' && { uid }) },
    audience: [apiAudience],
    expiresInSeconds,
    now,
    boundTo: {
      cluster: systemClusterId,
      resource: 'trustedissuers.platform.berth.dev',
      namespace: trustedBy.namespace,
      name: trustedBy.name,
      uid: trustedBy.uid,
    },
    ...(scope !== undefined && { scope }),
  });
  return {
    access_token: token,
    issued_token_type: accessTokenType,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    ...(scope !== undefined && { scope: shown(scope) }),
  };
}

function shown({ namespaces = [], verbs = [] }: TokenScope): string {
  return [...namespaces.map((name) => `namespace:${name}`), ...verbs.map((verb) => `verb:${verb}`)].join(' ');
}

async function readForm(c: ApiContext): Promise<string> {
  const [mediaType = ''] = (c.req.header('content-type') ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new ExchangeError('invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const sizeBytes = Number(c.req.header('content-length') ?? Number.NaN);
  if (!(sizeBytes <= maxFormBytes)) {
    throw new ExchangeError(
      'invalid_request',
      `the body must have a length of at most ${maxFormBytes} bytes`,
    );
  }
  return (await readBody(c)).toString('utf8');
}

function requireAllowance(retryAfterSeconds: number): void {
  if (retryAfterSeconds === 0) return;
  throw new ExchangeError('temporarily_unavailable', 'too many requests', { retryAfterSeconds });
}

/** RFC 8693 §2.2.2: a subject token that is invalid for any reason makes an invalid request. */
function asExchangeError(error: unknown): ExchangeError {
  if (error instanceof ExchangeError) return error;
  if (error instanceof TokenError)
    return new ExchangeError('invalid_request', error.message, { cause: error });
  if (error instanceof StatusError && error.status.code === 429) {
    const { retryAfterSeconds = 1 } = error.status.details ?? {};
    return new ExchangeError('temporarily_unavailable', error.message, { cause: error, retryAfterSeconds });
  }
  throw error;
}

function answerRefusal(c: ApiContext, error: ExchangeError, { log }: Pick<ApiDeps, 'log'>): Response {
  const { code, message, retryAfterSeconds, cause } = error;
  log.info(
    {
      requestId: c.get('requestId'),
      cluster: c.get('clusterId'),
      code: cause instanceof TokenError ? cause.code : code,
    },
    `token exchange refused: ${message}`,
  );
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds));
  return c.json({ error: code, error_description: message }, code === 'temporarily_unavailable' ? 429 : 400);
}
