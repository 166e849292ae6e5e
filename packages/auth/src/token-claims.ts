import type { JWTPayload } from 'jose';

/** The private claim in which Berth's tokens carry what Kubernetes knows of a user beyond `sub`. */
export const berthClaim = 'berth.dev';

/** Audience of the API server itself; what Kubernetes' clients expect when they ask for none. */
export const apiAudience = 'https://kubernetes.default.svc';

/** Audience of the tokens with which the API server calls the agent of one node: no other agent takes them. */
export function nodeAudience(nodeName: string): string {
  return `${nodeAudiencePrefix}${nodeName}`;
}

const nodeAudiencePrefix = 'berth-node:';

/** Whether an audience is one by which agents know the API server. */
export function isNodeAudience(audience: string): boolean {
  return audience.startsWith(nodeAudiencePrefix);
}

/** The subject of the tokens with which the API server calls node agents. */
export const apiServerUsername = 'system:apiserver';

export interface BerthClaim {
  readonly cluster: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The claim of a payload, checked member by member; undefined where any of it is missing or of another type. */
export function berthClaimOf(payload: JWTPayload): BerthClaim | undefined {
  const claim = payload[berthClaim];
  if (!isRecord(claim)) return undefined;
  const { cluster, uid, groups, extra } = claim;
  if (typeof cluster !== 'string' || cluster === '' || !isStrings(groups)) return undefined;
  if (uid !== undefined && typeof uid !== 'string') return undefined;
  if (extra !== undefined && !isStringLists(extra)) return undefined;
  return {
    cluster,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isStringLists(value: unknown): value is Record<string, readonly string[]> {
  return isRecord(value) && Object.values(value).every(isStrings);
}
