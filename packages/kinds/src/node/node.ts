import type { KubeObject } from '@berth/machinery';
import type { Node, NodeSpec, NodeStatus } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { nodeColumns } from './node-columns.ts';
import { validateNode, validateNodeUpdate } from './validate-node.ts';

/** https://kubernetes.io/docs/concepts/architecture/nodes/ */
export const node: KindDefinition = {
  kind: 'Node',
  listKind: 'NodeList',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.Node' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: nodeColumns,
  strategy: {
    applyDefaults,
    // A node brings its status along when it registers.
    prepareForCreate: withoutConfigSource,
    prepareForUpdate: (next, current) => keepStatus(withoutConfigSource(next), current),
    validateCreate: (object) => validateNode(object as Node),
    validateUpdate: (next, current) => [
      ...validateNode(next as Node),
      ...validateNodeUpdate(next as Node, current as Node),
    ],
    status: {
      prepareForUpdate: keepAllButStatus,
      validateUpdate: (next, current) => validateNodeUpdate(next as Node, current as Node),
    },
  },
  selectableFields: {
    'spec.unschedulable': (object) => String((object as Node).spec?.unschedulable ?? false),
  },
  hasGeneration: false,
  home: 'fleet',
};

/** `podCIDR` is the first of `podCIDRs`, and wins over it; what is allocatable is the capacity if nothing is said. */
function applyDefaults(object: KubeObject): KubeObject {
  const { spec = {}, status = {} } = object as Node;
  const defaulted: Node = {
    ...(object as Node),
    spec: withPodCidrs(spec),
    status: withAllocatable(status),
  };
  return defaulted;
}

function withPodCidrs(spec: NodeSpec): NodeSpec {
  const { podCIDR, podCIDRs = [] } = spec;
  if (podCIDR && podCIDR !== podCIDRs[0]) return { ...spec, podCIDRs: [podCIDR] };
  return podCIDRs[0] === undefined ? spec : { ...spec, podCIDR: podCIDRs[0] };
}

function withAllocatable(status: NodeStatus): NodeStatus {
  const { allocatable, capacity } = status;
  return allocatable === undefined && capacity ? { ...status, allocatable: { ...capacity } } : status;
}

/** Kubernetes no longer configures its agents by objects; a source of configuration is dropped. */
function withoutConfigSource(object: KubeObject): KubeObject {
  const { configSource: _configSource, ...spec } = (object as Node).spec ?? {};
  return { ...object, spec };
}
