import type { PolicyBinding, PolicyObjects } from '@berth/auth';
import { keepDefaults, policyResources } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { StoredObject } from '@berth/store';

/**
 * The objects of RBAC by which a cluster decides: those that are stored, and of the default policy what is not (nobody
 * has looked at it yet, or somebody has just taken it away).
 *
 * @param defaults the default policy of the cluster
 */
export function policyObjectsOf(
  stored: readonly StoredObject[],
  defaults: readonly KubeObject[],
): PolicyObjects {
  const parsed = (resource: string): KubeObject[] =>
    stored.filter((object) => object.resource === resource).map(({ body }) => JSON.parse(body));
  const whole = (resource: string, kind: string): KubeObject[] =>
    withDefaults(
      parsed(resource),
      defaults.filter((object) => object.kind === kind),
    );
  // The objects of a resource are of its kind.
  return {
    clusterRoles: whole(policyResources.clusterRoles, 'ClusterRole'),
    roles: parsed(policyResources.roles),
    clusterRoleBindings: whole(
      policyResources.clusterRoleBindings,
      'ClusterRoleBinding',
    ) as unknown[] as PolicyBinding[],
    roleBindings: parsed(policyResources.roleBindings) as unknown[] as PolicyBinding[],
  };
}

function withDefaults(objects: readonly KubeObject[], defaults: readonly KubeObject[]): KubeObject[] {
  const keptByName = new Map(defaults.map((kept) => [kept.metadata.name, kept]));
  const present = objects.map((object) => {
    const kept = keptByName.get(object.metadata.name);
    keptByName.delete(object.metadata.name);
    return kept === undefined ? object : keepDefaults(object, kept);
  });
  return [...present, ...keptByName.values()];
}
