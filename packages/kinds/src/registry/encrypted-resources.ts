import type { KindRegistry, ResourceName } from './kind-registry.ts';
import { resourceName } from './resource-name.ts';

/** The resources whose bodies rest sealed. */
export function encryptedResources({ definitions }: KindRegistry): readonly ResourceName[] {
  return definitions.filter(({ encryptedAtRest }) => encryptedAtRest === true).map(resourceName);
}
