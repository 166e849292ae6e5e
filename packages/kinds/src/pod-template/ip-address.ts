import { type FieldError, type FieldPath, goQuote, invalid } from '@berth/machinery';
import { fieldWarning } from './field-warning.ts';

/** An IP address, parsed as leniently as old objects were. */
export interface IpAddress {
  /** Sixteen-bit groups: eight of IPv6, or the two of IPv4. */
  readonly groups: readonly number[];
  readonly hasLeadingZeros: boolean;
}

/** An address that is valid in every reader: no leading zeros in IPv4, no IPv4 dressed as IPv6. */
export function validateIp(value: string, at: FieldPath): FieldError[] {
  const address = parseIp(value);
  if (!address) {
    return [invalid(at, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  }
  if (address.hasLeadingZeros) return [invalid(at, value, 'must not have leading 0s')];
  return isMappedIpv4(address) ? [invalid(at, value, 'must not be an IPv4-mapped IPv6 address')] : [];
}

/** A warning for an address that is valid but not in the form that everyone compares by. */
export function ipWarnings(value: string, at: FieldPath): string[] {
  const address = parseIp(value);
  if (!address) return [];
  const canonical = formatIp(address);
  if (address.hasLeadingZeros || isMappedIpv4(address)) {
    return [
      fieldWarning(at, `non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(canonical)}`),
    ];
  }
  if (address.groups.length === 2 || canonical === value) return [];
  const detail = 'should be in RFC 5952 canonical format';
  return [fieldWarning(at, `IPv6 address ${goQuote(value)} ${detail} (${goQuote(canonical)})`)];
}

/** 4 or 6; undefined for what is no address. */
export function ipFamily(value: string): 4 | 6 | undefined {
  const address = parseIp(value);
  if (!address) return undefined;
  return address.groups.length === 2 || isMappedIpv4(address) ? 4 : 6;
}

export function parseIp(value: string): IpAddress | undefined {
  return value.includes(':') ? parseIpv6(value) : parseIpv4(value);
}

function parseIpv4(value: string): IpAddress | undefined {
  const parts = value.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d+$/.test(part) || Number(part) > 255)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return {
    groups: [a * 256 + b, c * 256 + d],
    hasLeadingZeros: parts.some((part) => part.length > 1 && part.startsWith('0')),
  };
}

function parseIpv6(value: string): IpAddress | undefined {
  const halves = value.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (!head) return undefined;
  const hasLeadingZeros = head.hasLeadingZeros || (tail?.hasLeadingZeros ?? false);
  if (halves.length === 1) return head.groups.length === 8 ? head : undefined;
  if (!tail || head.groups.length + tail.groups.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - head.groups.length - tail.groups.length }, () => 0);
  return { groups: [...head.groups, ...zeros, ...tail.groups], hasLeadingZeros };
}

function parseGroups(text: string): IpAddress | undefined {
  if (text === '') return { groups: [], hasLeadingZeros: false };
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const ipv4 = last.includes('.') ? parseIpv4(last) : undefined;
  if (last.includes('.') && !ipv4) return undefined;
  const hex = ipv4 ? parts.slice(0, -1) : parts;
  if (hex.some((part) => !/^[0-9a-fA-F]{1,4}$/.test(part))) return undefined;
  const groups = hex.map((part) => Number.parseInt(part, 16));
  return { groups: [...groups, ...(ipv4?.groups ?? [])], hasLeadingZeros: ipv4?.hasLeadingZeros ?? false };
}

function isMappedIpv4({ groups }: IpAddress): boolean {
  return groups.length === 8 && groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** RFC 5952: lower case, no leading zeros, the longest run of zeros as `::`. */
export function formatIp(address: IpAddress): string {
  const groups = isMappedIpv4(address) ? address.groups.slice(6) : address.groups;
  if (groups.length === 2) return groups.flatMap((group) => [group >> 8, group & 255]).join('.');
  let [runStart, runLength] = [-1, 1];
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > runLength) [runStart, runLength] = [start, end - start];
  }
  const hex = groups.map((group) => group.toString(16));
  if (runStart < 0) return hex.join(':');
  return `${hex.slice(0, runStart).join(':')}::${hex.slice(runStart + runLength).join(':')}`;
}
