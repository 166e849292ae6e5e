import { formatGroupResource, type GroupKind, type GroupResource } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import type { ResourceName } from './kind-registry.ts';

/** `pods`, `jobs.batch`: the name of a kind in the store, in reconcile keys and in error messages. */
export function resourceName(definition: KindDefinition): ResourceName {
  return formatGroupResource(groupResource(definition));
}

/** For error constructors that name the resource. */
export function groupResource(definition: KindDefinition): GroupResource {
  return { group: definition.versions[0].group, resource: definition.plural };
}

/** For error constructors that name the kind. */
export function groupKind(definition: KindDefinition): GroupKind {
  return { group: definition.versions[0].group, kind: definition.kind };
}

/** `v1`, `batch/v1`: `apiVersion` of a served version. */
export function apiVersionOf(version: { readonly group: string; readonly version: string }): string {
  return version.group === '' ? version.version : `${version.group}/${version.version}`;
}
