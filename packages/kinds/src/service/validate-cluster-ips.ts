import { duplicate, type FieldError, invalid, notSupported, path, required } from '@berth/machinery';
import type { ServiceSpec } from '../generated/api-types.ts';
import { ipFamily, validateIp } from '../pod-template/ip-address.ts';
import { isHeadless, noClusterIp } from './service-needs.ts';

const addressesAt = path('spec', 'clusterIPs');
const familiesAt = path('spec', 'ipFamilies');
const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** A Service's addresses, their families, and whether these go together. */
export function validateClusterIps(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIPs = [] } = spec;
  const errors = [...validateFirst(spec), ...validateFamilies(spec)];
  if (clusterIPs[0] === noClusterIp && clusterIPs.length > 1) {
    return [...errors, invalid(addressesAt, clusterIPs, "'None' must be the first and only value")];
  }
  const addressErrors = clusterIPs.flatMap((address, index) =>
    index === 0 && address === noClusterIp ? [] : validateIp(address, addressesAt.index(index)),
  );
  errors.push(...addressErrors);
  if (clusterIPs.length > 2) errors.push(invalid(addressesAt, clusterIPs, 'may only hold up to 2 values'));
  if (addressErrors.length > 0) return errors;
  const [first, second] = clusterIPs.map(ipFamily);
  if (clusterIPs.length > 1 && (clusterIPs.length > 2 || first === second)) {
    errors.push(invalid(addressesAt, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  return [...errors, ...validateFamiliesOfAddresses(spec)];
}

function validateFirst({ clusterIP = '', clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (clusterIP === '') {
    if (clusterIPs.length === 0) return [];
    return [invalid(addressesAt, clusterIPs, 'must be empty when `clusterIP` is not specified')];
  }
  if (clusterIPs.length === 0) return [required(addressesAt)];
  return clusterIPs[0] === clusterIP
    ? []
    : [invalid(addressesAt, clusterIPs, 'first value must match `clusterIP`')];
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): FieldError[] {
  const errors = ipFamilies.flatMap((family, index) => [
    ...(families.includes(family) ? [] : [notSupported(familiesAt.index(index), family, families)]),
    ...(ipFamilies.indexOf(family) < index ? [duplicate(familiesAt.index(index), family)] : []),
  ]);
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) {
    errors.push(notSupported(path('spec', 'ipFamilyPolicy'), ipFamilyPolicy, policies));
  }
  return errors;
}

function validateFamiliesOfAddresses(spec: ServiceSpec): FieldError[] {
  if (isHeadless(spec)) return [];
  const { clusterIPs = [], ipFamilies = [] } = spec;
  return clusterIPs.flatMap((address, index) => {
    const expected = ipFamilies[index];
    if (expected === undefined || expected === `IPv${ipFamily(address)}` || !families.includes(expected))
      return [];
    const detail = `expected an ${expected} value as indicated by \`ipFamilies[${index}]\``;
    return [invalid(addressesAt.index(index), address, detail)];
  });
}

/** Addresses and families, once given, stay; a second one may come and, with the right policy, go. */
export function validateClusterIpsUpdate(next: ServiceSpec, current: ServiceSpec): FieldError[] {
  if (next.type === 'ExternalName' || current.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  if (!(isHeadless(next) && isHeadless(current))) {
    errors.push(
      ...validateListUpdate(
        { ...addressList, next: next.clusterIPs ?? [], current: current.clusterIPs ?? [] },
        next,
      ),
    );
  }
  const nextFamilies = next.ipFamilies ?? [];
  const currentFamilies = current.ipFamilies ?? [];
  return [
    ...errors,
    ...validateListUpdate({ ...familyList, next: nextFamilies, current: currentFamilies }, next),
  ];
}

const addressList = { at: addressesAt, primary: 'clusterIP', secondary: 'clusterIP' };
const familyList = { at: familiesAt, primary: 'ipFamily', secondary: 'ipFamily' };

interface ListUpdate {
  readonly at: typeof addressesAt;
  readonly primary: string;
  readonly secondary: string;
  readonly next: readonly string[];
  readonly current: readonly string[];
}

function validateListUpdate(
  { at, primary, secondary, next, current }: ListUpdate,
  spec: ServiceSpec,
): FieldError[] {
  if (next.length === current.length) {
    return next.flatMap((value, index) =>
      value === current[index] ? [] : [invalid(at.index(index), next, 'may not change once set')],
    );
  }
  const errors: FieldError[] = [];
  if (next.length === 0) errors.push(invalid(at.index(0), next, `primary ${primary} can not be unset`));
  else if (current.length > 0 && next[0] !== current[0]) {
    errors.push(invalid(at.index(0), next, 'may not change once set'));
  }
  if (next.length === 1 && current.length > 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${secondary}`;
    errors.push(invalid(path('spec', 'ipFamilyPolicy'), spec.ipFamilyPolicy, detail));
  }
  return errors;
}
