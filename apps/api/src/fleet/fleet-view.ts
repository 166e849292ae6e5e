import { systemClusterId } from '@berth/auth';
import { type LabelRequirement, matchesLabels } from '@berth/machinery';
import type { TenantDirectory } from '@berth/tenancy';
import { decodeStored } from '../objects/versions.ts';
import type { ResourceScope } from '../route/resource-scope.ts';

/**
 * The scope as its cluster may see it: of the fleet's objects those alone that it uses. Lists and watches are narrowed by
 * `viewRequirements`, as by a label selector of the client's; what is outside is not found.
 */
export async function fleetView(scope: ResourceScope, tenants: TenantDirectory): Promise<ResourceScope> {
  const { definition, attributes, home } = scope;
  if (definition.fleetView === undefined || attributes.clusterId === systemClusterId) return scope;
  const facts = await tenants.ofCluster(attributes.clusterId);
  const viewRequirements: readonly LabelRequirement[] = definition.fleetView(facts?.nodePools);
  if (viewRequirements.length === 0) return scope;
  return {
    ...scope,
    viewRequirements,
    home: {
      ...home,
      async get(key) {
        const found = await home.get(key);
        if (found === undefined) return undefined;
        return matchesLabels(decodeStored(scope, found).metadata.labels, viewRequirements)
          ? found
          : undefined;
      },
    },
  };
}
