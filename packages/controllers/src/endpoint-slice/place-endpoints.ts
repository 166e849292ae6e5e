import type { Endpoint, EndpointSlice } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { endpointId } from './desired-endpoints.ts';

/** So many endpoints the controller puts into a slice. */
const maxEndpointsPerSlice = 100;

/** What a slice is to hold; a new one where there is no slice, none where there are no endpoints. */
export interface Placement {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly isChanged: boolean;
}

interface Filling {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: Endpoint[];
  isChanged: boolean;
}

/**
 * Places endpoints into slices with as few writes as upstream: each stays where it is; new ones fill slices that are
 * written anyway, the fullest first; what is left goes whole into the one that it fills best, or into new slices.
 */
export function placeEndpoints(
  existing: readonly EndpointSlice[],
  desired: ReadonlyMap<string, Endpoint>,
): readonly Placement[] {
  const left = new Map(desired);
  const fillings = existing.map((slice) => keep(slice, left));
  const changed = fillings.filter(({ isChanged }) => isChanged);
  for (const filling of changed.sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(filling, left);
  while (left.size > 0) {
    const filling = (left.size < maxEndpointsPerSlice && bestFit(fillings, left.size)) || emptyFilling();
    if (filling.slice === undefined) fillings.push(filling);
    fill(filling, left);
  }
  return fillings;
}

function keep(slice: EndpointSlice, left: Map<string, Endpoint>): Filling {
  const endpoints: Endpoint[] = [];
  let isChanged = false;
  for (const endpoint of slice.endpoints ?? []) {
    const id = endpointId(endpoint);
    const wanted = left.get(id);
    if (wanted) {
      left.delete(id);
      endpoints.push(wanted);
    }
    if (!wanted || !semanticEqual(wanted, endpoint)) isChanged = true;
  }
  return { slice, endpoints, isChanged };
}

function fill(filling: Filling, left: Map<string, Endpoint>): void {
  for (const [id, endpoint] of left) {
    if (filling.endpoints.length >= maxEndpointsPerSlice) return;
    filling.endpoints.push(endpoint);
    filling.isChanged = true;
    left.delete(id);
  }
}

/** The slice that is fullest with so many more. */
function bestFit(fillings: readonly Filling[], more: number): Filling | undefined {
  let best: Filling | undefined;
  for (const filling of fillings) {
    const length = filling.endpoints.length;
    if (length + more > maxEndpointsPerSlice) continue;
    if (best === undefined || length > best.endpoints.length) best = filling;
  }
  return best;
}

function emptyFilling(): Filling {
  return { slice: undefined, endpoints: [], isChanged: true };
}
