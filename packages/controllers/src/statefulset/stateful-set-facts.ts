import type { Pod, StatefulSet, StatefulSetSpec, StatefulSetStatus } from '@berth/kinds';
import { ownerKind } from '../claims/owner-kind.ts';
import { requirementsOf } from '../selection/requirements-of.ts';

export const statefulSetsResource = 'statefulsets.apps';
export const claimsResource = 'persistentvolumeclaims';

/** On pods: the name of the revision that they are of. */
export const podRevisionLabel = 'controller-revision-hash';
/** On revisions: their hash. */
export const revisionHashLabel = 'controller.kubernetes.io/hash';
export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

export const statefulSetOwner = ownerKind<StatefulSet>({
  resource: statefulSetsResource,
  group: 'apps',
  kind: 'StatefulSet',
  selectorOf: ({ spec }) => spec?.selector && requirementsOf(spec.selector),
});

/** What every stored StatefulSet has. */
export function specOf({ spec }: StatefulSet): StatefulSetSpec {
  return spec ?? { template: {} };
}

export function statusOf({ status }: StatefulSet): StatefulSetStatus {
  return status ?? { replicas: 0, availableReplicas: 0 };
}

export function podRevision({ metadata }: Pod): string | undefined {
  return metadata.labels?.[podRevisionLabel];
}

/** The ordinals that a StatefulSet wants: from the first to before the last. */
export function ordinalsOf({ spec }: StatefulSet): { readonly first: number; readonly end: number } {
  const first = spec?.ordinals?.start ?? 0;
  return { first, end: first + (spec?.replicas ?? 1) };
}

/** The number at the end of the pod's name, if the name is one that the StatefulSet gives; undefined otherwise. */
export function ordinalOf({ metadata }: Pod, { metadata: { name } }: StatefulSet): number | undefined {
  const prefix = `${name}-`;
  if (!metadata.name.startsWith(prefix)) return undefined;
  const rest = metadata.name.slice(prefix.length);
  return /^[0-9]{1,10}$/.test(rest) ? Number(rest) : undefined;
}

/** Whether pods come and go one after the other, each when those before it are available. */
export function isOrdered({ spec }: StatefulSet): boolean {
  return spec?.podManagementPolicy !== 'Parallel';
}
