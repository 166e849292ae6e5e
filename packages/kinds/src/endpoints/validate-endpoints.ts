import {
  checkPortNumber,
  type FieldError,
  type FieldPath,
  type KubeObject,
  path,
  required,
} from '@berth/machinery';
import type { EndpointAddress, EndpointPort, Endpoints } from '../generated/api-types.ts';
import {
  invalidFor,
  validateDnsLabel,
  validateDnsSubdomain,
  validateEnum,
  validateQualifiedName,
} from '../pod-template/field-checks.ts';
import { ipWarnings, validateIp } from '../pod-template/ip-address.ts';
import { validateNonSpecialIp } from '../pod-template/special-ip.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const managedByLabel = 'endpoints.kubernetes.io/managed-by';

/** Rules of Endpoints: addresses that lead somewhere else, ports that have names where there are several. */
export function validateEndpoints(object: KubeObject): FieldError[] {
  const { subsets = [] }: Endpoints = object;
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const at = path('subsets').index(index);
    return [
      ...(addresses.length + notReadyAddresses.length === 0
        ? [required(at, 'must specify `addresses` or `notReadyAddresses`')]
        : []),
      ...addresses.flatMap((address, place) => validateAddress(address, at.child('addresses').index(place))),
      ...notReadyAddresses.flatMap((address, place) =>
        validateAddress(address, at.child('notReadyAddresses').index(place)),
      ),
      ...ports.flatMap((port, place) => validatePort(port, at.child('ports').index(place), ports.length > 1)),
    ];
  });
}

function validateAddress({ ip, hostname, nodeName }: EndpointAddress, at: FieldPath): FieldError[] {
  return [
    ...validateIp(ip ?? '', at.child('ip')),
    ...(hostname ? validateDnsLabel(hostname, at.child('hostname')) : []),
    ...(nodeName === undefined ? [] : validateDnsSubdomain(nodeName, at.child('nodeName'))),
    ...validateNonSpecialIp(ip ?? '', at.child('ip')),
  ];
}

function validatePort(
  { name, port, protocol, appProtocol }: EndpointPort,
  at: FieldPath,
  isNameRequired: boolean,
): FieldError[] {
  return [
    ...(name ? validateDnsLabel(name, at.child('name')) : isNameRequired ? [required(at.child('name'))] : []),
    ...invalidFor({ at: at.child('port'), value: port }, checkPortNumber(port)),
    ...validateEnum(protocol, at.child('protocol'), protocols),
    ...(appProtocol === undefined ? [] : validateQualifiedName(appProtocol, at.child('appProtocol'))),
  ];
}

/** Addresses in an unusual form; those that a controller wrote have the usual one. */
export function endpointsWarnings(object: KubeObject): string[] {
  const { metadata, subsets = [] }: Endpoints = object;
  if (metadata.labels?.[managedByLabel] === 'endpoint-controller') return [];
  return subsets.flatMap((subset, index) =>
    (['addresses', 'notReadyAddresses'] as const).flatMap((list) =>
      (subset[list] ?? []).flatMap(({ ip }, place) =>
        ipWarnings(ip, path('subsets').index(index).child(list).index(place).child('ip')),
      ),
    ),
  );
}
