import type { Node, Pod } from '@berth/kinds';
import type { ClusterView, NodeView, ReconcileKey } from '../reconciler.ts';

/** Where nodes are by their names. A view keeps its list of nodes, and only the claims in it change. */
const positions = new WeakMap<readonly NodeView[], ReadonlyMap<string, number>>();

/** Stands for a node, whether it is an object of this cluster or one of the fleet's. */
export function nodeKey(name: string): ReconcileKey {
  return { resource: 'nodes', namespace: '', name };
}

/** A node that the cluster uses: its own as the turn has it by now, one of the fleet as of the turn's beginning. */
export function nodeNamed(view: ClusterView, name: string): Node | undefined {
  const own = view.get<Node>(nodeKey(name));
  if (own) return own;
  const nodes = view.nodes();
  let places = positions.get(nodes);
  if (!places) {
    places = new Map(nodes.map(({ node }, index) => [node.metadata.name, index]));
    positions.set(nodes, places);
  }
  return nodes[places.get(name) ?? -1]?.node;
}

/** Whether the pod's node is one that the cluster uses. A view without any node says nothing about nodes. */
export function hasNode(pod: Pod, view: ClusterView): boolean {
  const { nodeName = '' } = pod.spec ?? {};
  return view.nodes().length === 0 || nodeNamed(view, nodeName) !== undefined;
}

/** The pods that are bound to a node of this name. */
export function podsOfNode(view: ClusterView, name: string): readonly Pod[] {
  return view.derived(podsByNode, 'pods').get(name) ?? [];
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const result = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName;
    if (!node) continue;
    const others = result.get(node);
    if (others) others.push(pod);
    else result.set(node, [pod]);
  }
  return result;
}
