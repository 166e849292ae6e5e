import { isNodeSilent, noExecuteTaints } from '@berth/controllers';
import type { Node } from '@berth/kinds';

/** How long after a node came into trouble a turn may still bind pods to it that saw it before: far longer than any turn. */
const recentMs = 120_000;

/**
 * Nodes whose pods should be looked at once more, although their clusters were told: a turn that began before may have bound
 * others there since.
 */
export function recentlyInTrouble(nodes: readonly Node[], now: Date): readonly string[] {
  const since = now.getTime() - recentMs;
  return nodes
    .filter((node) => troubleTimes(node).some((time) => Date.parse(time ?? '') >= since))
    .map(({ metadata }) => metadata.name);
}

function troubleTimes(node: Node): ReadonlyArray<string | undefined> {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return [
    ...noExecuteTaints(node).map(({ timeAdded }) => timeAdded),
    ...(isNodeSilent(node) ? [ready?.lastTransitionTime] : []),
  ];
}

/** Nodes that pods are assigned to and that do not exist. A fleet without any node says nothing about nodes. */
export function goneNodes(nodes: readonly Node[], assigned: readonly string[]): readonly string[] {
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  return known.size === 0 ? [] : assigned.filter((name) => !known.has(name));
}
