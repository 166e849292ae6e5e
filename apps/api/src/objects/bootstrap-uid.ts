import { createHash } from 'node:crypto';
import type { KubeObject } from '@berth/machinery';

/**
 * The uid of an object that a cluster has from the beginning, made or not: its own in each cluster, and the same in every
 * process. A UUID made of the names (RFC 9562, version 8).
 */
export function bootstrapUid(clusterId: string, { kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>) {
  const hash = createHash('sha256').update(`${clusterId}/${kind}/${metadata.name}`).digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}
