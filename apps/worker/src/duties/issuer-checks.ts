import type { IssuerError } from '@berth/auth';
import type { Condition, TrustedIssuer, TrustedIssuerStatus } from '@berth/kinds';
import { toTime } from '@berth/machinery';

/** How long keys that were fetched are taken for a sign that the issuer is well. */
const wellForMs = 10 * 60_000;
/** How soon an issuer is asked again that did not answer. */
const askAgainAfterMs = 60_000;
/** In one look; the rest has its turn in the next ones. */
const mostAtOnce = 32;
const mostOfNamespace = 4;

/** What asking an issuer for its keys came to. */
export type CheckOutcome = { readonly keys: number } | { readonly error: IssuerError };

/**
 * The TrustedIssuers whose issuers are to be asked for their keys: new and changed ones at once, the others now and then.
 *
 * @param askedAtOf when this process last asked by an object of this version; undefined if it never did
 */
export function issuersToCheck(
  issuers: readonly TrustedIssuer[],
  askedAtOf: (issuer: TrustedIssuer) => Date | undefined,
  now: Date,
): readonly TrustedIssuer[] {
  const ofNamespace = new Map<string, number>();
  const chosen: TrustedIssuer[] = [];
  for (const issuer of issuers) {
    if (chosen.length === mostAtOnce) break;
    const { namespace = '' } = issuer.metadata;
    const count = ofNamespace.get(namespace) ?? 0;
    if (count === mostOfNamespace || !isDue(issuer, askedAtOf(issuer), now)) continue;
    ofNamespace.set(namespace, count + 1);
    chosen.push(issuer);
  }
  return chosen;
}

function isDue({ metadata, status }: TrustedIssuer, askedAt: Date | undefined, now: Date): boolean {
  if (askedAt !== undefined && now.getTime() - askedAt.getTime() < askAgainAfterMs) return false;
  if (status?.observedGeneration !== metadata.generation) return true;
  if (readyOf(status)?.status !== 'True') return true;
  return now.getTime() - Date.parse(status?.lastFetchTime ?? '') >= wellForMs;
}

/** The status that an outcome makes. What does not change keeps its times, so that nothing is written for it. */
export function checkedStatus(issuer: TrustedIssuer, outcome: CheckOutcome, now: Date): TrustedIssuerStatus {
  const { generation } = issuer.metadata;
  const before = readyOf(issuer.status);
  const ready = describe(outcome);
  const changed = before?.status !== ready.status;
  const lastTransitionTime = changed ? toTime(now) : before.lastTransitionTime;
  const lastFetchTime = 'keys' in outcome ? toTime(now) : issuer.status?.lastFetchTime;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return {
    conditions: [
      ...(issuer.status?.conditions ?? []).filter(({ type }) => type !== 'Ready'),
      { type: 'Ready', ...ready, ...observed, lastTransitionTime },
    ],
    ...observed,
    ...(lastFetchTime !== undefined && { lastFetchTime }),
  };
}

function describe(outcome: CheckOutcome): Pick<Condition, 'status' | 'reason' | 'message'> {
  if ('error' in outcome) {
    const { code, message } = outcome.error;
    return { status: 'False', reason: code, message };
  }
  const { keys } = outcome;
  return {
    status: 'True',
    reason: 'KeysFetched',
    message: `the issuer has ${keys} ${keys === 1 ? 'key' : 'keys'}`,
  };
}

function readyOf(status: TrustedIssuerStatus | undefined): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
