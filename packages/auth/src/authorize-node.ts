import { systemClusterId } from './identity.ts';
import type { RequestAttributes, ResourceAttributes } from './authorize.ts';

const reads: readonly string[] = ['get', 'list', 'watch'];

interface NodeRule {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /** Only in the fleet's own cluster. */
  readonly systemOnly?: boolean;
  /** Only the object that has the node's name, where the request names one. */
  readonly ownNameOnly?: boolean;
  readonly namespace?: string;
}

/**
 * What an agent needs to run pods of every cluster, after https://kubernetes.io/docs/reference/access-authn-authz/node/.
 * It learns of its pods from its feed. That pods are the node's own, and that it has some where it reads, depends on the
 * state of the cluster: the API server looks at that next.
 */
const rules: readonly NodeRule[] = [
  { group: '', resource: 'nodes', verbs: reads, systemOnly: true },
  { group: '', resource: 'nodes', verbs: ['create', 'update', 'patch'], systemOnly: true, ownNameOnly: true },
  {
    group: '',
    resource: 'nodes',
    subresource: 'status',
    verbs: ['get', 'update', 'patch'],
    systemOnly: true,
    ownNameOnly: true,
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'create', 'update', 'patch', 'delete'],
    systemOnly: true,
    ownNameOnly: true,
    namespace: 'kube-node-lease',
  },
  { group: '', resource: 'pods', verbs: ['get', 'delete'] },
  { group: '', resource: 'pods', subresource: 'eviction', verbs: ['create'] },
  { group: '', resource: 'pods', subresource: 'status', verbs: ['get', 'update', 'patch'] },
  { group: '', resource: 'configmaps', verbs: ['get'] },
  { group: '', resource: 'secrets', verbs: ['get'] },
  { group: '', resource: 'persistentvolumeclaims', verbs: ['get'] },
  { group: '', resource: 'persistentvolumes', verbs: ['get', 'patch'] },
  { group: '', resource: 'serviceaccounts', subresource: 'token', verbs: ['create'] },
  { group: '', resource: 'events', verbs: ['create', 'update', 'patch'] },
  { group: 'events.k8s.io', resource: 'events', verbs: ['create', 'update', 'patch'] },
];

/** What the fleet tells each node of itself. */
const feeds: readonly string[] = ['pods', 'services', 'volumes', 'inputs'];

/**
 * Whether a fleet node may do this. Pure. A create names its object only in the body, so it is asked twice: before
 * decoding with name '' and after it with the object's name.
 */
export function authorizeNode(nodeName: string, attributes: RequestAttributes): boolean {
  if (attributes.type === 'path') {
    const { verb, path } = attributes;
    return verb === 'get' && feeds.some((feed) => path === `/fleet/v1/nodes/${nodeName}/${feed}`);
  }
  return rules.some((rule) => covers(rule, attributes) && isOwn(rule, nodeName, attributes));
}

function covers(rule: NodeRule, attributes: ResourceAttributes): boolean {
  return (
    rule.group === attributes.group &&
    rule.resource === attributes.resource &&
    (rule.subresource ?? '') === attributes.subresource &&
    rule.verbs.includes(attributes.verb) &&
    (rule.namespace ?? attributes.namespace) === attributes.namespace &&
    (!rule.systemOnly || attributes.clusterId === systemClusterId)
  );
}

function isOwn(rule: NodeRule, nodeName: string, attributes: ResourceAttributes): boolean {
  if (!rule.ownNameOnly || attributes.name === nodeName) return true;
  return attributes.verb === 'create' && attributes.name === '';
}
