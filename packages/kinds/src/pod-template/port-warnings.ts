import { type FieldPath, goQuote } from '@berth/machinery';
import type { ContainerPort, PodSpec } from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';
import { fieldWarning } from './field-warning.ts';

interface PlacedPort {
  readonly port: ContainerPort;
  readonly at: FieldPath;
}

/** Ports of a pod that are in each other's way, over all of its containers. */
export function portWarnings(spec: PodSpec, at: FieldPath): string[] {
  const ports = containersOf(spec, at).flatMap(({ container, at: containerAt }) =>
    (container.ports ?? []).map(
      (port, index): PlacedPort => ({
        port,
        at: containerAt.child('ports').index(index),
      }),
    ),
  );
  return [...overlapWarnings(ports), ...nameWarnings(ports)];
}

function overlapWarnings(ports: readonly PlacedPort[]): string[] {
  const earlier = new Map<string, PlacedPort[]>();
  return ports.flatMap((placed) => {
    const { port, at } = placed;
    const key = `${port.containerPort}/${port.protocol}`;
    const others = earlier.get(key) ?? [];
    earlier.set(key, [...others, placed]);
    const warnings = others.flatMap((other) => {
      const how = overlap(port, other.port);
      return how === undefined
        ? []
        : [fieldWarning(at, `${how} port definition with ${other.at.toString()}`)];
    });
    if (!port.hostIP || port.hostPort) return warnings;
    return [fieldWarning(at, `hostIP set without hostPort: ${goStruct(port)}`), ...warnings];
  });
}

function overlap(left: ContainerPort, right: ContainerPort): string | undefined {
  const [leftPort, rightPort] = [left.hostPort ?? 0, right.hostPort ?? 0];
  const [leftIp, rightIp] = [left.hostIP ?? '', right.hostIP ?? ''];
  if (leftIp === rightIp && leftPort === rightPort) return 'duplicate';
  if (leftPort === 0 || rightPort === 0) return 'overlapping';
  const isOneOfAll = (leftIp === '') !== (rightIp === '');
  return leftPort === rightPort && isOneOfAll ? 'dangerously ambiguous' : undefined;
}

/** As Go prints the structure, which is what upstream's message shows. */
function goStruct({
  name = '',
  hostPort = 0,
  containerPort,
  protocol = 'TCP',
  hostIP = '',
}: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

function nameWarnings(ports: readonly PlacedPort[]): string[] {
  const first = new Map<string, FieldPath>();
  return ports.flatMap(({ port: { name }, at }) => {
    if (!name) return [];
    const other = first.get(name);
    if (!other) {
      first.set(name, at);
      return [];
    }
    const consequence = `services and probes that select ports by name will use ${other.toString()}`;
    return [
      fieldWarning(at, `duplicate port name ${goQuote(name)} with ${other.toString()}, ${consequence}`),
    ];
  });
}
