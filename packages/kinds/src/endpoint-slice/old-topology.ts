import { type KubeObject, semanticEqual } from '@berth/machinery';
import type { EndpointSlice } from '../generated/api-types.ts';

/** What only the beta version had is dropped wherever endpoints are written anew. */
export function withoutOldTopology(next: KubeObject, current?: KubeObject): KubeObject {
  // The decoder has checked the types of all fields.
  const slice = next as EndpointSlice;
  if (current !== undefined && semanticEqual(slice.endpoints, (current as EndpointSlice).endpoints))
    return next;
  if (!slice.endpoints?.some(({ deprecatedTopology }) => deprecatedTopology)) return next;
  const endpoints = slice.endpoints.map(({ deprecatedTopology: _dropped, ...endpoint }) => endpoint);
  return { ...slice, endpoints } as KubeObject;
}
