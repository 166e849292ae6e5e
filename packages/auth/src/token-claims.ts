import type { JWTPayload } from 'jose';
import { isRecord } from './is-record.ts';
import type { TokenScope } from './token-scope.ts';

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
  readonly scope?: TokenScope;
  /** An object that the token stands and falls with, beside those that `kubernetes.io` names. */
  readonly boundTo?: BoundObject;
}

export interface BoundObject {
  /** Where the object is. Default: the cluster of the token. */
  readonly cluster?: string;
  /** As the store names it: `tokens.access.berth.dev`. */
  readonly resource: string;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The claim of a payload, checked member by member; undefined where any of it is missing or of another type. */
export function berthClaimOf(payload: JWTPayload): BerthClaim | undefined {
  const claim = payload[berthClaim];
  if (!isRecord(claim)) return undefined;
  const { cluster, uid, groups, extra, scope, boundTo } = claim;
  if (typeof cluster !== 'string' || cluster === '' || !isStrings(groups)) return undefined;
  if (uid !== undefined && typeof uid !== 'string') return undefined;
  if (extra !== undefined && !isStringLists(extra)) return undefined;
  if (scope !== undefined && !isScope(scope)) return undefined;
  if (boundTo !== undefined && !isBoundObject(boundTo)) return undefined;
  return {
    cluster,
    groups,
    ...(uid !== undefined && { uid }),
    ...(extra !== undefined && { extra }),
    ...(scope !== undefined && { scope }),
    ...(boundTo !== undefined && { boundTo }),
  };
}

const scopeMembers: ReadonlySet<string> = new Set(['clusters', 'namespaces', 'verbs'] satisfies Array<
  keyof TokenScope
>);

/** A member that is not known here would restrict the token where it is: it is refused rather than left out. */
function isScope(value: unknown): value is TokenScope {
  return isStringLists(value) && Object.keys(value).every((member) => scopeMembers.has(member));
}

function isBoundObject(value: unknown): value is BoundObject {
  return (
    isRecord(value) &&
    [value['resource'], value['name'], value['uid']].every(
      (text) => typeof text === 'string' && text !== '',
    ) &&
    typeof value['namespace'] === 'string' &&
    (value['cluster'] === undefined || typeof value['cluster'] === 'string')
  );
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isStringLists(value: unknown): value is Record<string, readonly string[]> {
  return isRecord(value) && Object.values(value).every(isStrings);
}
