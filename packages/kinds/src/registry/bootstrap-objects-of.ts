import type { KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';

/** What a cluster has of `bootstrapObjects`. */
export function bootstrapObjectsOf(
  { bootstrapObjects = [], systemBootstrapObjects }: KindDefinition,
  { isSystem }: { readonly isSystem: boolean },
): readonly KubeObject[] {
  return (isSystem ? systemBootstrapObjects : undefined) ?? bootstrapObjects;
}
