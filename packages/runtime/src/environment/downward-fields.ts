import type { Pod } from '@berth/kinds';
import { goQuote } from '@berth/machinery';
import { ConfigError } from './config-error.ts';

/** What the pod does not know of itself yet. */
export interface PodPlace {
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly podIp: string;
}

/**
 * The value of a downward API `fieldRef`.
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
 *
 * @throws ConfigError for a field that is not offered.
 */
export function downwardField(fieldPath: string, pod: Pod, place: PodPlace): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null) {
    const entries = keyed[1] === 'labels' ? metadata.labels : metadata.annotations;
    return entries?.[keyed[2] ?? ''] ?? '';
  }
  const fields: Record<string, () => string> = {
    'metadata.name': () => metadata.name,
    'metadata.namespace': () => metadata.namespace ?? '',
    'metadata.uid': () => metadata.uid ?? '',
    'metadata.labels': () => formatEntries(metadata.labels),
    'metadata.annotations': () => formatEntries(metadata.annotations),
    'spec.nodeName': () => place.nodeName,
    'spec.serviceAccountName': () => spec?.serviceAccountName ?? '',
    'status.hostIP': () => place.nodeIp,
    'status.hostIPs': () => place.nodeIp,
    'status.podIP': () => place.podIp,
    'status.podIPs': () => place.podIp,
  };
  const value = fields[fieldPath];
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${fieldPath}`);
  return value();
}

/** One `key="value"` per line, sorted. */
function formatEntries(entries: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(entries ?? {})
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort()
    .join('\n');
}
