import { type HostPort, hostPorts } from '../pod-needs.ts';
import type { Filter } from './filter.ts';

/** Ports of the host that another pod of this cluster has taken. */
export const nodePorts: Filter = ({ needs, facts, assigned }) => {
  if (needs.hostPorts.length === 0) return undefined;
  const taken = (assigned().get(facts.name) ?? []).flatMap(hostPorts);
  const clash = needs.hostPorts.some((wanted) => taken.some((port) => collide(wanted, port)));
  if (!clash) return undefined;
  return { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false };
};

function collide(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === right.ip || left.ip === '0.0.0.0' || right.ip === '0.0.0.0';
}
