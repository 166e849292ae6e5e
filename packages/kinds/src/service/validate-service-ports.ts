import {
  checkPortNumber,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  required,
} from '@berth/machinery';
import type { ServicePort, ServiceSpec } from '../generated/api-types.ts';
import {
  invalidFor,
  validateDnsLabel,
  validateEnum,
  validateQualifiedName,
} from '../pod-template/field-checks.ts';
import { validatePortNumberOrName } from '../pod-template/ports.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

/** Each port by itself: its name, which may be left out of a single one, its numbers and its protocol. */
export function validateServicePorts({ ports = [] }: ServiceSpec, at: FieldPath): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const portAt = at.index(index);
    return [
      ...validateName(port, portAt.child('name'), { names, isRequired: ports.length > 1 }),
      ...invalidFor({ at: portAt.child('port'), value: port.port ?? 0 }, checkPortNumber(port.port ?? 0)),
      ...validateEnum(port.protocol, portAt.child('protocol'), protocols),
      ...validatePortNumberOrName(port.targetPort, portAt.child('targetPort')),
      ...(port.appProtocol === undefined
        ? []
        : validateQualifiedName(port.appProtocol, portAt.child('appProtocol'))),
    ];
  });
}

/** What ports may not have in common, and what only some types of Services have. */
export function validatePortsTogether({ ports = [], type }: ServiceSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { nodePort }] of ports.entries()) {
    if (type !== 'ClusterIP' || !nodePort) continue;
    errors.push(forbidden(at.index(index).child('nodePort'), "may not be used when `type` is 'ClusterIP'"));
  }
  const nodePorts = new Set<string>();
  for (const [index, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol} ${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(at.index(index).child('nodePort'), nodePort));
    nodePorts.add(key);
  }
  const numbers = new Set<string>();
  for (const [index, { port, protocol }] of ports.entries()) {
    const key = `${protocol} ${port}`;
    if (numbers.has(key))
      errors.push(duplicate(at.index(index), shownPort({ port, protocol: protocol ?? 'TCP' })));
    numbers.add(key);
  }
  return errors;
}

/** Upstream shows the port in the form that it has inside of the API server. */
function shownPort({ port, protocol }: Pick<ServicePort, 'port' | 'protocol'>): object {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function validateName(
  { name }: ServicePort,
  at: FieldPath,
  { names, isRequired }: { readonly names: Set<string>; readonly isRequired: boolean },
): FieldError[] {
  if (!name) return isRequired ? [required(at)] : [];
  const errors = validateDnsLabel(name, at);
  if (names.has(name)) errors.push(duplicate(at, name));
  names.add(name);
  return errors;
}
