import {
  createIssuerKeys,
  fetchIssuerKeys,
  type Identity,
  IssuerError,
  type IssuerKeys,
  issuerOf,
  readUnverified,
  TokenError,
  type UnverifiedToken,
  verifyOutsideToken,
} from '@berth/auth';
import { CelError, tooManyRequestsError } from '@berth/machinery';
import { LRUCache } from 'lru-cache';
import type { ApiDeps } from '../api-deps.ts';
import { Allowances } from './allowance.ts';
import { outsideIdentity } from './outside-identity.ts';
import { createTrustedIssuers, type IssuerRules, type TrustedIssuers } from './trusted-issuers.ts';

/** Whose token from outside it is, in the cluster that was asked for. */
export interface Outsider {
  readonly identity: Identity;
  /** Until when the token proves it. */
  readonly expiresAt: Date;
  /** The TrustedIssuer by which it is good. */
  readonly trustedBy: IssuerRules;
}

/** Tokens of outside issuers. */
export interface Outsiders {
  /**
   * Who brings a token, if it is not one of Berth's own and a TrustedIssuer of the cluster names its issuer; otherwise
   * undefined.
   *
   * @throws TokenError when the token proves nothing; StatusError `TooManyRequests` while the tenant's rules have used up
   *   the time that they may take; StoreError
   */
  identify(token: string, clusterId: string): Promise<Outsider | undefined>;
  readonly trusted: TrustedIssuers;
}

type OutsiderDeps = Pick<
  ApiDeps,
  'store' | 'now' | 'elapsedMs' | 'externalUrl' | 'formerExternalUrls' | 'issuerNetworks'
>;

const rememberedForMs = 15_000;
const maxRemembered = 10_000;
const maxOwnTokens = 20_000;
/** Characters of a signature, enough to tell tokens apart. */
const endingLength = 43;
/** Milliseconds that the rules of one tenant may take of this process: in all a fortieth of its time. */
const ruleTime = { burst: 250, perSecond: 25, maxKeys: 5_000 };

export function createOutsiders(deps: OutsiderDeps): Outsiders {
  const { now, elapsedMs = () => performance.now(), issuerNetworks: allowed = [] } = deps;
  const trusted = createTrustedIssuers(deps.store, elapsedMs);
  const judge: Judge = {
    keys: createIssuerKeys({ now, fetchKeys: (issuer) => fetchIssuerKeys(issuer, { allowed }) }),
    ruleTime: new Allowances(ruleTime),
    now,
    elapsedMs,
  };
  const remembered = new LRUCache<string, Outsider>({ max: maxRemembered, ttl: rememberedForMs });
  const isOwn = ownIssuers(deps);
  const ownTokens = new LRUCache<string, true>({ max: maxOwnTokens });
  return {
    trusted,
    async identify(token, clusterId) {
      // Nearly all tokens are Berth's own: that is read once. Two that end alike are both left to who verifies those.
      const ending = token.slice(-endingLength);
      if (ownTokens.get(ending)) return undefined;
      const said = unverified(token);
      if (said?.issuer === undefined || isOwn(said.issuer)) {
        // A copy: a part of a string would keep all of it.
        ownTokens.set(Buffer.from(ending).toString(), true);
        return undefined;
      }
      const candidates = (await trusted.ofCluster(clusterId)).filter(
        ({ spec }) => spec.issuer === said.issuer,
      );
      if (candidates.length === 0) return undefined;
      const place = `${clusterId}\n${token}`;
      const known = remembered.get(place);
      if (known !== undefined && known.expiresAt > now() && candidates.includes(known.trustedBy))
        return known;
      const outsider = await firstThatTrusts(judge, { token, said, clusterId, candidates });
      remembered.set(place, outsider);
      return outsider;
    },
  };
}

interface Judge {
  readonly keys: IssuerKeys;
  readonly ruleTime: Allowances;
  readonly now: () => Date;
  readonly elapsedMs: () => number;
}

interface Claim {
  readonly token: string;
  readonly said: UnverifiedToken;
  readonly clusterId: string;
  readonly candidates: readonly IssuerRules[];
}

/**
 * Each TrustedIssuer is a grant of its own: where several name the same issuer, the token is good by the first, in order
 * of their names, that takes it.
 */
async function firstThatTrusts(judge: Judge, { candidates, ...claim }: Claim): Promise<Outsider> {
  let refusal: TokenError | undefined;
  for (const rules of candidates) {
    try {
      return await judgedBy(judge, rules, claim);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new Error('nobody judged the token');
}

async function judgedBy(
  judge: Judge,
  rules: IssuerRules,
  { token, said, clusterId }: Omit<Claim, 'candidates'>,
): Promise<Outsider> {
  const { spec, namespace } = rules;
  const { issuer, audiences = [], certificateAuthority } = spec;
  const address = { issuer, ...(certificateAuthority && { certificateAuthority }) };
  const verified = await verifyOutsideToken(token, {
    verify: await asTokenError(judge.keys.keysOf(address, { tenantId: namespace, kid: said.kid })),
    issuer,
    audiences,
    clockSkewSeconds: spec.clockSkewSeconds ?? 0,
    maxTokenAgeSeconds: spec.maxTokenAgeSeconds ?? 86_400,
    now: judge.now(),
  });
  const user = timed(judge, namespace, () => mapped(rules, verified.claims));
  return {
    identity: outsideIdentity(user, { clusterId, rules, verified, token }),
    expiresAt: verified.expiresAt,
    trustedBy: rules,
  };
}

function mapped(rules: IssuerRules, claims: Readonly<Record<string, unknown>>) {
  try {
    return rules.mapping().userOf(claims);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new TokenError(
      'rule-refused',
      `the rules of TrustedIssuer ${rules.name} are not valid: ${error.message}`,
    );
  }
}

/** Rules run in the process that serves everybody: a tenant whose rules are slow waits, and nobody else. */
function timed<T>({ ruleTime, elapsedMs }: Judge, tenantId: string, run: () => T): T {
  const waitSeconds = ruleTime.take(tenantId, 0, elapsedMs());
  if (waitSeconds > 0) throw tooManyRequestsError("the tenant's rules for tokens take too long", waitSeconds);
  const before = process.threadCpuUsage();
  try {
    return run();
  } finally {
    const { user, system } = process.threadCpuUsage(before);
    ruleTime.take(tenantId, (user + system) / 1_000, elapsedMs());
  }
}

async function asTokenError<T>(keys: Promise<T>): Promise<T> {
  try {
    return await keys;
  } catch (cause) {
    if (!(cause instanceof IssuerError)) throw cause;
    throw new TokenError('issuer-unavailable', `the issuer's keys cannot be had: ${cause.message}`, {
      cause,
    });
  }
}

/** What is no JWT is nobody's; who verifies Berth's own tokens says so. */
function unverified(token: string): UnverifiedToken | undefined {
  try {
    return readUnverified(token);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

/** Berth's own tokens are judged by its own keys, whatever a TrustedIssuer says. */
function ownIssuers({ externalUrl, formerExternalUrls = [] }: OutsiderDeps): (issuer: string) => boolean {
  const prefixes = [externalUrl, ...formerExternalUrls].map((url) => issuerOf(url, ''));
  return (issuer) => prefixes.some((prefix) => issuer.startsWith(prefix));
}
