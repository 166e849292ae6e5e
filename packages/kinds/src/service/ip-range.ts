import { formatIp, parseIp } from '../pod-template/ip-address.ts';

/** A network of addresses, as numbers. */
export interface IpRange {
  readonly text: string;
  readonly family: 'IPv4' | 'IPv6';
  /** The first address, of the network itself. */
  readonly base: bigint;
  readonly size: bigint;
}

/** A network in CIDR notation. @throws RangeError for what is none */
export function ipRange(text: string): IpRange {
  const [address = '', prefix = ''] = text.split('/');
  const parsed = parseIp(address);
  const bits = parsed?.groups.length === 2 ? 32 : 128;
  if (!parsed || !/^\d+$/.test(prefix) || Number(prefix) > bits)
    throw new RangeError(`${text} is no network`);
  const size = 1n << BigInt(bits - Number(prefix));
  const base = (numberOf(parsed.groups) / size) * size;
  return { text, family: bits === 32 ? 'IPv4' : 'IPv6', base, size };
}

/** The address so far from the first one. */
export function addressAt({ base, family }: IpRange, offset: bigint): string {
  const groups: number[] = [];
  let rest = base + offset;
  for (let i = 0; i < (family === 'IPv4' ? 2 : 8); i += 1) {
    groups.unshift(Number(rest & 0xffffn));
    rest >>= 16n;
  }
  return formatIp({ groups, hasLeadingZeros: false });
}

/** How far an address is from the first one; undefined if it is not of the network, or not one that can be given. */
export function offsetOf(range: IpRange, address: string): bigint | undefined {
  const parsed = parseIp(address);
  if (!parsed || (parsed.groups.length === 2) !== (range.family === 'IPv4')) return undefined;
  const offset = numberOf(parsed.groups) - range.base;
  return offset > 0n && offset <= lastOffset(range) ? offset : undefined;
}

/** The first address is the network's own, and the last one of IPv4 is for broadcasts. */
export function lastOffset({ size, family }: IpRange): bigint {
  return family === 'IPv4' ? size - 2n : size - 1n;
}

function numberOf(groups: readonly number[]): bigint {
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}
