import { hostPortsCollide } from '../host-port.ts';
import { type Filter, resolvable } from './filter.ts';

const taken = resolvable("node(s) didn't have free ports for the requested pod ports");

/**
 * Ports of the host that a pod of any cluster has claimed, or that one of this cluster has without a claim: put on the node by
 * hand where they were taken.
 */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare: ({ hostPorts: wanted }) => {
    if (wanted.length === 0) return undefined;
    const isWanted = (port: string): boolean => wanted.some((own) => hostPortsCollide(own, port));
    return {
      check: ({ claimed, pods }) => {
        if (claimed.hostPorts?.some(isWanted)) return taken;
        for (const { hostPorts } of pods.values()) if (hostPorts.some(isWanted)) return taken;
        return undefined;
      },
    };
  },
};
