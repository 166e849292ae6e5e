import type { Endpoint, EndpointSlice } from '@berth/kinds';
import { endpointId } from './desired-endpoints.ts';
import type { SliceWrite } from './slice-write.ts';

/**
 * The writes in an order in which nobody who watches sees endpoints ready that are not meant to be together.
 *
 * Where some endpoints stop being ready and others become so, over more than one slice, all of the former are written
 * before any of the latter. Otherwise slices come before others go, so that an endpoint that moves is never missing.
 */
export function inOrder(writes: readonly SliceWrite[]): readonly SliceWrite[] {
  const wasReady = readyIds(...writes.map(({ before }) => before));
  const isReady = readyIds(...writes.map(({ after }) => after));
  const losers = without(wasReady, isReady);
  const winners = without(isReady, wasReady);
  if (losers.size === 0 || winners.size === 0 || writes.length < 2) return comingFirst(writes, losers);

  const losing = writes.filter(({ before }) => haveCommon(losers, readyIds(before)));
  const hasGains = ({ after }: SliceWrite): boolean => haveCommon(winners, readyIds(after));
  const sorted = [...losing.filter((write) => !hasGains(write)), ...losing.filter(hasGains)];
  const first: SliceWrite[] = [];
  const later = writes.filter((write) => !losing.includes(write));
  for (const write of sorted) {
    // With the last losses, which are in one slice, its gains may come.
    const isLast = write === sorted.at(-1);
    if (keepsTheRest(write, losers) && (isLast || !hasGains(write))) {
      first.push(write);
    } else {
      first.push(lossesOf(write, losers));
      later.push(write);
    }
  }
  return [...first, ...comingFirst(later, losers)];
}

function comingFirst(writes: readonly SliceWrite[], losers: ReadonlySet<string>): readonly SliceWrite[] {
  const going = writes.filter(({ after }) => after === undefined);
  const creates = writes.filter(({ before }) => before === undefined);
  const updates = writes.filter(({ before, after }) => before !== undefined && after !== undefined);
  const keeping = updates.filter((write) => keepsTheRest(write, losers));
  return [...creates, ...keeping, ...updates.filter((write) => !keeping.includes(write)), ...going];
}

/** Whether what stays ready stays in this slice. */
function keepsTheRest({ before, after }: SliceWrite, losers: ReadonlySet<string>): boolean {
  return without(without(readyIds(before), losers), readyIds(after)).size === 0;
}

/** The slice with its losses alone. */
function lossesOf({ before, after }: SliceWrite, losers: ReadonlySet<string>): SliceWrite {
  if (before === undefined) throw new Error('a slice that is not there yet loses nothing');
  const afterById = new Map((after?.endpoints ?? []).map((endpoint) => [endpointId(endpoint), endpoint]));
  const endpoints = (before.endpoints ?? []).flatMap((endpoint) => {
    const id = endpointId(endpoint);
    return losers.has(id) ? (afterById.get(id) ?? []) : endpoint;
  });
  return { before, after: { ...before, endpoints } };
}

function without(ids: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...ids].filter((id) => !others.has(id)));
}

function haveCommon(ids: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...ids].some((id) => others.has(id));
}

function readyIds(...slices: readonly (EndpointSlice | undefined)[]): Set<string> {
  const ids = new Set<string>();
  for (const slice of slices) {
    for (const endpoint of slice?.endpoints ?? []) if (isReadyNow(endpoint)) ids.add(endpointId(endpoint));
  }
  return ids;
}

/** What says nothing counts as ready. */
function isReadyNow({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}
