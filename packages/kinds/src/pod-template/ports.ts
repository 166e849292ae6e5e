import {
  checkPortName,
  checkPortNumber,
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
} from '@berth/machinery';
import type { Container, ContainerPort, PodSpec } from '../generated/api-types.ts';
import { invalidFor, validateEnum } from './field-checks.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateContainerPorts(ports: readonly ContainerPort[], at: FieldPath): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const portAt = at.index(index);
    return [
      ...validatePortName(port.name, portAt.child('name'), names),
      ...(port.containerPort
        ? invalidFor(
            { at: portAt.child('containerPort'), value: port.containerPort },
            checkPortNumber(port.containerPort),
          )
        : [required(portAt.child('containerPort'))]),
      ...(port.hostPort
        ? invalidFor({ at: portAt.child('hostPort'), value: port.hostPort }, checkPortNumber(port.hostPort))
        : []),
      ...validateEnum(port.protocol, portAt.child('protocol'), protocols),
    ];
  });
}

function validatePortName(name: string | undefined, at: FieldPath, taken: Set<string>): FieldError[] {
  if (!name) return [];
  const problems = checkPortName(name);
  if (problems.length > 0) return invalidFor({ at, value: name }, problems);
  if (taken.has(name)) return [duplicate(at, name)];
  taken.add(name);
  return [];
}

/** A port's number, or the name of a container's port. */
export function validatePortNumberOrName(port: number | string | undefined, at: FieldPath): FieldError[] {
  const value = port ?? 0;
  return invalidFor({ at, value }, typeof value === 'number' ? checkPortNumber(value) : checkPortName(value));
}

/** No two containers of the list may take the same port of the host. */
export function validateHostPortConflicts(containers: readonly Container[], at: FieldPath): FieldError[] {
  const taken = new Set<string>();
  const errors: FieldError[] = [];
  for (const [containerIndex, container] of containers.entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      const portAt = at.index(containerIndex).child('ports').index(portIndex);
      if (taken.has(key)) errors.push(duplicate(portAt.child('hostPort'), key));
      taken.add(key);
    }
  }
  return errors;
}

/** On the host's network a container's port is the host's. Only pods must say so: templates get it by default. */
export function validateHostNetworkPorts(
  spec: PodSpec,
  at: FieldPath,
  { isPod }: { readonly isPod: boolean },
): FieldError[] {
  if (!spec.hostNetwork) return [];
  const errors: FieldError[] = [];
  for (const [containerIndex, container] of (spec.containers ?? []).entries()) {
    for (const [portIndex, { containerPort, hostPort = 0 }] of (container.ports ?? []).entries()) {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) continue;
      const portAt = at.child('containers').index(containerIndex).child('ports').index(portIndex);
      const detail = 'must match `containerPort` when `hostNetwork` is true';
      errors.push(invalid(portAt.child('hostPort'), hostPort, detail));
    }
  }
  return errors;
}
