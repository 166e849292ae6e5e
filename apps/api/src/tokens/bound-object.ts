import { systemClusterId } from '@berth/auth';
import type { Pod } from '@berth/kinds';
import { badRequestError, conflictError, goQuote, notFoundError } from '@berth/machinery';
import type { StoredObject } from '@berth/store';
import type { ResourceRequest } from '../route/resource-request.ts';

/** As `spec.boundObjectRef` of a TokenRequest. */
export interface BoundObjectRef {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface Reference {
  readonly name: string;
  /** Absent for a node that is gone while its pod is still there. */
  readonly uid?: string;
}

/** What tokens can be bound to, all of the core group, and their resources. */
const boundKinds = new Map([
  ['Pod', 'pods'],
  ['Secret', 'secrets'],
  ['Node', 'nodes'],
]);

/** What of the claim `kubernetes.io` tells of the object that a token is bound to. */
type BoundClaim = Readonly<Record<string, Reference>>;

/**
 * The claim of the object that a service account's token is bound to.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 *
 * @throws StatusError in upstream's words
 */
export async function boundObjectClaim(
  request: ResourceRequest,
  reference: BoundObjectRef | null | undefined,
): Promise<BoundClaim> {
  if (!reference) return {};
  const { group, version, kind } = groupVersionKindOf(reference);
  const resource = group === '' ? boundKinds.get(kind) : undefined;
  if (resource === undefined) {
    throw badRequestError(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const found = await required(request, reference, resource);
  const claim = { [kind.toLowerCase()]: referenceTo(found) };
  return resource === 'pods' ? { ...claim, ...(await nodeOf(request, found)) } : claim;
}

async function required(
  { deps, scope }: ResourceRequest,
  { name = '', uid = '', kind = '' }: BoundObjectRef,
  resource: string,
): Promise<StoredObject> {
  const found =
    resource === 'nodes'
      ? await deps.store.cluster(systemClusterId).get({ resource, namespace: '', name })
      : await scope.cluster.get({ resource, namespace: scope.namespace, name });
  if (found === undefined) throw notFoundError({ group: '', resource }, name);
  if (resource === 'pods') requireRunsAs(found, scope.name);
  if (uid === '' || uid === found.uid) return found;
  const explanation =
    `the UID in the bound object reference (${uid}) does not match the UID in record. ` +
    'The object might have been deleted and then recreated';
  throw conflictError({ group: '', resource: kind }, name, explanation);
}

function requireRunsAs(stored: StoredObject, account: string): void {
  const { spec }: Pick<Pod, 'spec'> = JSON.parse(stored.body);
  const name = spec?.serviceAccountName ?? '';
  if (name === account) return;
  throw badRequestError(
    `cannot bind token for serviceaccount ${goQuote(account)} to pod running with serviceaccount ${goQuote(name)}`,
  );
}

/** Where a pod runs, so that who is shown its token can tell. */
async function nodeOf({ deps }: ResourceRequest, pod: StoredObject): Promise<BoundClaim> {
  const { spec }: Pick<Pod, 'spec'> = JSON.parse(pod.body);
  const name = spec?.nodeName ?? '';
  if (name === '') return {};
  const found = await deps.store.cluster(systemClusterId).get({ resource: 'nodes', namespace: '', name });
  return { node: found === undefined ? { name } : referenceTo(found) };
}

function referenceTo({ name, uid }: StoredObject): Reference {
  return { name, uid };
}

function groupVersionKindOf({ apiVersion = '', kind = '' }: BoundObjectRef) {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first, kind } : { group: first, version: second, kind };
}
