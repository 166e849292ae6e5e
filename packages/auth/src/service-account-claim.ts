import type { JWTPayload } from 'jose';
import { systemClusterId } from './identity.ts';
import { isRecord } from './is-record.ts';
import type { TokenDependency } from './token-dependency.ts';

/** The private claim of Kubernetes' service account tokens. */
export const serviceAccountClaimName = 'kubernetes.io';

/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens */
export interface ServiceAccountClaim {
  readonly namespace: string;
  readonly serviceaccount: ObjectReference;
  readonly pod?: ObjectReference;
  readonly secret?: ObjectReference;
  /** Of a pod's token: where the pod runs, without a uid if the node is gone. Without a pod: what the token is bound to. */
  readonly node?: Pick<ObjectReference, 'name'> & Partial<ObjectReference>;
}

interface ObjectReference {
  readonly name: string;
  readonly uid: string;
}

/** An object that is being deleted carries its tokens for as long as upstream lets clocks differ. */
const deletedGraceMs = 60_000;

/** The claim of a payload, checked member by member: `none` without one, undefined where it is of another form. */
export function serviceAccountClaimOf(payload: JWTPayload): ServiceAccountClaim | 'none' | undefined {
  const claim = payload[serviceAccountClaimName];
  if (claim === undefined) return 'none';
  if (!isRecord(claim) || typeof claim['namespace'] !== 'string' || claim['namespace'] === '')
    return undefined;
  const [account, pod, secret, node] = [
    claim['serviceaccount'],
    claim['pod'],
    claim['secret'],
    claim['node'],
  ];
  if (!isReference(account) || ![pod, secret].every(isReferenceIfAny)) return undefined;
  if (node !== undefined && !isReference(node) && (pod === undefined || !isNamed(node))) return undefined;
  return {
    namespace: claim['namespace'],
    serviceaccount: reference(account),
    ...(isReference(pod) && { pod: reference(pod) }),
    ...(isReference(secret) && { secret: reference(secret) }),
    ...(isReference(node) ? { node: reference(node) } : isNamed(node) && { node: { name: node.name } }),
  };
}

/**
 * What users of the API hear of a token beside its subject, as upstream's `UserInfo.extra`.
 *
 * @param claim absent: of a token of no service account
 */
export function credentialExtra(jti: string, claim?: ServiceAccountClaim): Record<string, readonly string[]> {
  const told = {
    'credential-id': `JTI=${jti}`,
    'pod-name': claim?.pod?.name,
    'pod-uid': claim?.pod?.uid,
    'node-name': claim?.node?.name,
    'node-uid': claim?.node?.uid,
  };
  return Object.fromEntries(
    Object.entries(told).flatMap(([key, value]) =>
      value === undefined ? [] : [[`authentication.kubernetes.io/${key}`, [value]]],
    ),
  );
}

/** What a service account's token stands and falls with: the account, and what it is bound to. */
export function serviceAccountDependencies(
  clusterId: string,
  { namespace, serviceaccount, pod, secret, node }: ServiceAccountClaim,
): TokenDependency[] {
  const own = { clusterId, namespace, graceMs: deletedGraceMs };
  const dependencies = [{ ...own, resource: 'serviceaccounts', ...serviceaccount }];
  if (pod !== undefined) dependencies.push({ ...own, resource: 'pods', ...pod });
  if (secret !== undefined) dependencies.push({ ...own, resource: 'secrets', ...secret });
  // A pod's token says where the pod runs, and ends with the pod.
  if (isReference(node) && pod === undefined) {
    dependencies.push({ ...own, clusterId: systemClusterId, namespace: '', resource: 'nodes', ...node });
  }
  return dependencies;
}

function reference({ name, uid }: ObjectReference): ObjectReference {
  return { name, uid };
}

function isReferenceIfAny(value: unknown): boolean {
  return value === undefined || isReference(value);
}

function isReference(value: unknown): value is ObjectReference {
  return isNamed(value) && 'uid' in value && typeof value.uid === 'string' && value.uid !== '';
}

function isNamed(value: unknown): value is Pick<ObjectReference, 'name'> {
  return isRecord(value) && typeof value['name'] === 'string' && value['name'] !== '';
}
