import type { KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';

/** Where the Services of a cluster have their addresses and ports. */
export interface ServiceNetwork {
  /** In CIDR notation: one, or one of each family. The first one's family is the default. */
  readonly cidrs: readonly string[];
  readonly nodePorts: { readonly first: number; readonly last: number };
}

/**
 * Addresses that any machine binds without being set up for it, so that the proxy of the process runtime can. All clusters
 * share them, each address has one owner. Below them are the addresses of pods.
 */
export const defaultServiceNetwork: ServiceNetwork = {
  cidrs: ['127.64.0.0/10'],
  nodePorts: { first: 30_000, last: 32_767 },
};

/** What is there to be given to objects of a cluster, each value to one of them. */
export interface AssignmentRoom {
  readonly network: ServiceNetwork;
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** Whether an object is known to hold it. That it is not is for the commit to find out. */
  readonly isTaken: (value: string) => boolean;
  /** An object is going to hold it. */
  readonly take: (value: string) => void;
}

export function assignmentRoom(
  network: ServiceNetwork,
  {
    taken = [],
    random = Math.random,
  }: { readonly taken?: Iterable<string>; readonly random?: () => number } = {},
): AssignmentRoom {
  const values = new Set(taken);
  return {
    network,
    random,
    isTaken: (value) => values.has(value),
    take: (value) => void values.add(value),
  };
}

/** The object with what its kind gives it of the room that there is. */
export function assigned(
  kind: KindDefinition,
  { object, current }: { readonly object: KubeObject; readonly current: KubeObject | undefined },
  { room }: { readonly room?: AssignmentRoom },
): KubeObject {
  return kind.assign && room ? kind.assign(object, current, room) : object;
}
