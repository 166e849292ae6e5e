import type { PersistentVolumeClaim, StatefulSet } from '@berth/kinds';
import type { ClusterView } from '../reconciler.ts';
import { claimsResource, specOf } from './stateful-set-facts.ts';

export function claimTemplatesOf(set: StatefulSet): readonly PersistentVolumeClaim[] {
  return specOf(set).volumeClaimTemplates ?? [];
}

/** `data-web-0`: an ordinal finds its claims again by their names. */
export function claimName(template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** A claim of an ordinal, and the one that there is under its name. */
export interface OrdinalClaim {
  readonly wanted: PersistentVolumeClaim;
  readonly existing: PersistentVolumeClaim | undefined;
}

export function claimsOf(
  set: StatefulSet,
  ordinal: number,
  view: Pick<ClusterView, 'get'>,
): readonly OrdinalClaim[] {
  const { namespace = '' } = set.metadata;
  return claimTemplatesOf(set).map((template) => {
    const name = claimName(template, set, ordinal);
    const existing = view.get<PersistentVolumeClaim>({ resource: claimsResource, namespace, name });
    return { wanted: newClaim(template, set, name), existing };
  });
}

/** A claim bears the labels by which the pods are selected, beside its template's. */
function newClaim(template: PersistentVolumeClaim, set: StatefulSet, name: string): PersistentVolumeClaim {
  const { labels, annotations } = template.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, ...specOf(set).selector?.matchLabels },
      ...(annotations ? { annotations } : {}),
    },
    spec: template.spec ?? {},
  };
}

/** The StatefulSets that may have waited for a claim of this name to go. */
export function mayOwnClaim(set: StatefulSet, name: string): boolean {
  return claimTemplatesOf(set).some((template) => {
    const prefix = `${template.metadata.name}-${set.metadata.name}-`;
    return name.startsWith(prefix) && /^[0-9]+$/.test(name.slice(prefix.length));
  });
}
