import { internalError, invalid, path } from '@berth/machinery';
import { ipFamily } from '../pod-template/ip-address.ts';
import type { AssignmentRoom } from '../lifecycle/assignment-room.ts';
import type { Assignment } from './assign-service.ts';
import { addressValue } from './held-values.ts';
import { addressAt, type IpRange, ipRange, lastOffset, offsetOf } from './ip-range.ts';
import { needsClusterIp, noClusterIp } from './service-needs.ts';
import { pickFree } from './pick-free.ts';

/** An address of each of the Service's families. */
export function assignAddresses(assignment: Assignment): void {
  const { spec, room } = assignment;
  const addresses = [...(spec.clusterIPs ?? [])];
  if (!needsClusterIp(spec) || addresses[0] === noClusterIp) return;
  const ranges = room.network.cidrs.map((cidr) => ipRange(cidr));
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const asked = addresses[index];
    const range = ranges.find((candidate) => candidate.family === family);
    if (asked) requireFree(assignment, asked, range);
    else if (range) addresses[index] = freeAddress(room, range);
  }
  const [first] = addresses;
  if (first === undefined) return;
  spec.clusterIP = first;
  spec.clusterIPs = addresses;
}

function requireFree(
  { spec, own, room, refuse }: Assignment,
  address: string,
  range: IpRange | undefined,
): void {
  if (own.has(addressValue(address)) || ipFamily(address) === undefined) return;
  const fail = (why: string): never =>
    refuse(invalid(path('spec', 'clusterIPs'), spec.clusterIPs, `failed to allocate IP ${address}: ${why}`));
  if (!range || offsetOf(range, address) === undefined) {
    const ranges = range?.text ?? room.network.cidrs.join(', ');
    fail(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${ranges}`);
  }
  if (room.isTaken(addressValue(address))) fail('provided IP is already allocated');
}

/** From the upper part of the range: the lower one is for those who ask for an address, so that they find it free. */
function freeAddress(room: AssignmentRoom, range: IpRange): string {
  const last = lastOffset(range);
  const reserved = min(max(range.size / 16n, 16n), 256n);
  const offset = pickFree({
    first: 1n,
    firstPreferred: reserved < last ? reserved : 1n,
    last,
    random: room.random,
    isTaken: (candidate) => room.isTaken(addressValue(addressAt(range, candidate))),
  });
  if (offset === undefined) throw internalError('failed to allocate a serviceIP: range is full');
  const address = addressAt(range, offset);
  room.take(addressValue(address));
  return address;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
