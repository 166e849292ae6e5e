import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  notSupported,
  path,
  required,
  tooMany,
  validateLabels,
} from '@berth/machinery';
import type {
  DiscoveryEndpointPort,
  Endpoint,
  EndpointHints,
  EndpointSlice,
} from '../generated/api-types.ts';
import {
  validateDnsLabel,
  validateDnsSubdomain,
  validateEnum,
  validateQualifiedName,
} from '../pod-template/field-checks.ts';
import { ipFamily, validateIp } from '../pod-template/ip-address.ts';
import { validateNonSpecialIp } from '../pod-template/special-ip.ts';
import { listOf } from './list-of.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const maxAddresses = 100;
const maxPorts = 100;
const maxEndpoints = 1000;
const maxTopologyLabels = 16;
const maxHints = 8;

/** Rules of an EndpointSlice. */
export function validateEndpointSlice(object: KubeObject): FieldError[] {
  // The decoder has checked the types of all fields.
  const slice = object as EndpointSlice;
  const { addressType } = slice;
  const endpoints = listOf(slice.endpoints);
  const ports = listOf(slice.ports);
  return [
    ...validateAddressType(addressType),
    ...(endpoints.length > maxEndpoints
      ? [tooMany(path('endpoints'), endpoints.length, maxEndpoints)]
      : endpoints.flatMap((endpoint, index) =>
          validateEndpoint(endpoint, path('endpoints').index(index), addressType),
        )),
    ...(ports.length > maxPorts ? [tooMany(path('ports'), ports.length, maxPorts)] : validatePorts(ports)),
  ];
}

export function validateEndpointSliceUpdate(next: KubeObject, current: KubeObject): FieldError[] {
  const { addressType } = next as EndpointSlice;
  return [
    ...validateEndpointSlice(next),
    ...(addressType === (current as EndpointSlice).addressType
      ? []
      : [invalid(path('addressType'), addressType, 'field is immutable')]),
  ];
}

function validateAddressType(addressType: string | undefined): FieldError[] {
  const at = path('addressType');
  if (!addressType) return [required(at)];
  return addressTypes.includes(addressType) ? [] : [notSupported(at, addressType, addressTypes)];
}

function validateEndpoint(endpoint: Endpoint, at: FieldPath, addressType: string): FieldError[] {
  const { deprecatedTopology = {}, hostname, nodeName, hints } = endpoint;
  const addresses = listOf(endpoint.addresses);
  const addressesAt = at.child('addresses');
  const topologyAt = at.child('deprecatedTopology');
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(addressesAt, 'must contain at least 1 address'));
  if (addresses.length > maxAddresses) errors.push(tooMany(addressesAt, addresses.length, maxAddresses));
  errors.push(
    ...addresses.flatMap((address, index) => validateAddress(address, addressesAt.index(index), addressType)),
  );
  if (nodeName !== undefined) errors.push(...validateDnsSubdomain(nodeName, at.child('nodeName')));
  const labels = Object.keys(deprecatedTopology).length;
  if (labels > maxTopologyLabels) errors.push(tooMany(topologyAt, labels, maxTopologyLabels));
  errors.push(...validateLabels(deprecatedTopology, topologyAt));
  if (hostname !== undefined) errors.push(...validateDnsLabel(hostname, at.child('hostname')));
  return hints ? [...errors, ...validateHints(hints, at.child('hints'))] : errors;
}

function validateAddress(address: string, at: FieldPath, addressType: string): FieldError[] {
  if (addressType === 'FQDN') return validateQualifiedDomain(address, at);
  const family = addressType === 'IPv4' ? 4 : addressType === 'IPv6' ? 6 : undefined;
  if (family === undefined) return [];
  if (ipFamily(address) !== family) return [invalid(at, address, `must be a valid IPv${family} address`)];
  return [...validateIp(address, at), ...validateNonSpecialIp(address, at)];
}

function validateQualifiedDomain(name: string, at: FieldPath): FieldError[] {
  if (name === '') return [required(at)];
  const whole = name.replace(/\.$/, '');
  const errors = validateDnsSubdomain(whole, at);
  if (errors.length > 0 || whole.includes('.')) return errors;
  return [invalid(at, whole, 'should be a domain with at least two segments separated by dots')];
}

function validateHints({ forZones = [], forNodes = [] }: EndpointHints, at: FieldPath): FieldError[] {
  return [
    ...validateHintNames(forZones, at.child('forZones')),
    ...validateHintNames(forNodes, at.child('forNodes')),
  ];
}

function validateHintNames(hints: readonly { readonly name: string }[], at: FieldPath): FieldError[] {
  if (hints.length > maxHints) return [tooMany(at, hints.length, maxHints)];
  const seen = new Set<string>();
  return hints.flatMap(({ name }, index) => {
    const nameAt = at.index(index).child('name');
    if (seen.has(name)) return [duplicate(nameAt, name)];
    seen.add(name);
    return at.toString().endsWith('forZones')
      ? validateQualifiedName(name, nameAt)
      : validateDnsSubdomain(name, nameAt);
  });
}

function validatePorts(ports: readonly DiscoveryEndpointPort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const at = path('ports').index(index);
    const errors = name === '' ? [] : validateDnsLabel(name, at.child('name'));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    errors.push(...validateEnum(protocol, at.child('protocol'), protocols));
    if (appProtocol !== undefined)
      errors.push(...validateQualifiedName(appProtocol, at.child('appProtocol')));
    return errors;
  });
}
