import { apiVersionOf, type KindDefinition } from '@berth/kinds';
import { decodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Write } from '@berth/store';

/** The object that a write stores, in the version in which it is stored. */
export function decodeWrite({ versions, kind }: KindDefinition, { body }: Write): KubeObject {
  return decodeStoredBody(body, 0, { apiVersion: apiVersionOf(versions[0]), kind });
}
