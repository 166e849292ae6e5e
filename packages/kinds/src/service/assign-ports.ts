import { internalError, invalid, path } from '@berth/machinery';
import type { ServicePort } from '../generated/api-types.ts';
import type { AssignmentRoom } from '../lifecycle/assignment-room.ts';
import type { Assignment } from './assign-service.ts';
import { portValue } from './held-values.ts';
import { pickFree } from './pick-free.ts';
import { allocatesNodePorts, needsHealthCheckPort, needsNodePorts } from './service-needs.ts';

/** Node ports, and the port of health checks, where the type of the Service needs them. */
export function assignPorts(assignment: Assignment): void {
  const { spec, own, room, before } = assignment;
  if (needsNodePorts(spec)) assignNodePorts(assignment);
  if (!needsHealthCheckPort(spec)) return;
  const asked = spec.healthCheckNodePort;
  if (!asked) spec.healthCheckNodePort = freePort(room, 'failed to allocate a HealthCheck NodePort');
  else if (!own.has(portValue(asked)) && !(before && needsHealthCheckPort(before))) {
    const problem = problemOf(room, asked);
    if (problem)
      throw internalError(`failed to allocate requested HealthCheck NodePort ${asked}: ${problem}`);
  }
}

function assignNodePorts({ spec, before, own, room, refuse }: Assignment): void {
  const ports = spec.ports ?? [];
  const mine = new Set<number>();
  for (const [index, { nodePort }] of ports.entries()) {
    if (!nodePort || mine.has(nodePort)) continue;
    mine.add(nodePort);
    if (own.has(portValue(nodePort))) continue;
    const problem = problemOf(room, nodePort);
    if (problem) refuse(invalid(path('spec', 'ports').index(index).child('nodePort'), nodePort, problem));
  }
  if (!allocatesNodePorts(spec)) return;
  for (const port of ports) {
    if (port.nodePort) continue;
    port.nodePort =
      (before ? undefined : siblingPort(port, ports)) ??
      freePort(room, 'failed to allocate a nodePort', mine);
    mine.add(port.nodePort);
  }
}

/** A new Service that offers a port by two protocols has one node port for both. */
function siblingPort({ port, protocol }: ServicePort, ports: readonly ServicePort[]): number | undefined {
  const sibling = ports.find((other) => other.port === port && other.nodePort);
  const taken = ports.some((other) => other.nodePort === sibling?.nodePort && other.protocol === protocol);
  return taken ? undefined : sibling?.nodePort;
}

function problemOf({ network, isTaken }: AssignmentRoom, port: number): string | undefined {
  const { first, last } = network.nodePorts;
  if (port < first || port > last) {
    return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
  }
  return isTaken(portValue(port)) ? 'provided port is already allocated' : undefined;
}

/** From the upper part of the range: the lower one is for those who ask for a port, so that they find it free. */
function freePort(
  { network, random, isTaken, take }: AssignmentRoom,
  what: string,
  mine?: ReadonlySet<number>,
): number {
  const { first, last } = network.nodePorts;
  const reserved = Math.min(Math.max(Math.floor((last - first) / 32), 16), 128);
  const port = pickFree({
    first: BigInt(first),
    firstPreferred: BigInt(first + reserved),
    last: BigInt(last),
    random,
    isTaken: (candidate) => isTaken(portValue(Number(candidate))) || mine?.has(Number(candidate)) === true,
  });
  if (port === undefined) throw internalError(`${what}: range is full`);
  take(portValue(Number(port)));
  return Number(port);
}
