import type { KubeObject } from '@berth/machinery';
import type { Node, NodeSpec, NodeStatus } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { nodeColumns } from './node-columns.ts';
import { nodePoolRequirements } from './node-pool.ts';
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
  subresources: [{ name: 'proxy', verbs: ['get'] }, statusSubresource],
  columns: nodeColumns,
  strategy: {
    applyDefaults,
    // A node brings its status along when it registers.
    prepareForCreate: withoutConfigSource,
    prepareForUpdate: (next, current) => keepStatus(withoutConfigSource(next), current),
    validateCreate: validateNode,
    validateUpdate: (next, current) => [...validateNode(next), ...validateNodeUpdate(next, current)],
    status: {
      prepareForUpdate: keepAllButStatus,
      validateUpdate: validateNodeUpdate,
    },
  },
  selectableFields: {
    'spec.unschedulable': (object) => String(nodeOf(object).spec?.unschedulable ?? false),
  },
  hasGeneration: false,
  home: 'fleet',
  fleetView: nodePoolRequirements,
};

/** `podCIDR` is the first of `podCIDRs`, and wins over it; what is allocatable is the capacity if nothing is said. */
function applyDefaults(object: KubeObject): KubeObject {
  const { spec = {}, status = {} } = nodeOf(object);
  return { ...object, spec: withPodCidrs(spec), status: withAllocatable(status) };
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
  const { configSource: _configSource, ...spec } = nodeOf(object).spec ?? {};
  return { ...object, spec };
}

function nodeOf(object: KubeObject): Node {
  return object;
}
