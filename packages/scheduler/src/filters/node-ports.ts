import type { HostPort } from '../pod-facts.ts';
import { type Filter, resolvable } from './filter.ts';

const taken = resolvable("node(s) didn't have free ports for the requested pod ports");

/** Ports of the host that another pod of this cluster has taken. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare: ({ hostPorts: wanted }) => {
    if (wanted.length === 0) return undefined;
    return {
      check: ({ pods }) => {
        for (const { hostPorts } of pods.values()) {
          if (hostPorts.some((port) => wanted.some((own) => collide(own, port)))) return taken;
        }
        return undefined;
      },
    };
  },
};

function collide(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === right.ip || left.ip === '0.0.0.0' || right.ip === '0.0.0.0';
}
