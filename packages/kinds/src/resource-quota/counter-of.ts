import { objectCounter } from '@berth/machinery';
import { isHugePages } from '../pod-template/resource-names.ts';

/** Names from before `count/<resource>`, which mean the same. `pods` does not: it counts pods that have not ended. */
const countedResources: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

const requestedResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** The counter behind a name that may stand in a quota or a plan: `cpu` is short for `requests.cpu`. */
export function counterOf(resource: string): string {
  if (countedResources.has(resource)) return objectCounter(resource);
  return requestedResources.has(resource) || isHugePages(resource) ? `requests.${resource}` : resource;
}
