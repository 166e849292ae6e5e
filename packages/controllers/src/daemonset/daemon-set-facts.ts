import type { DaemonSet, DaemonSetSpec, DaemonSetStatus, Pod } from '@berth/kinds';
import { ownerKind } from '../claims/owner-kind.ts';
import { requirementsOf } from '../selection/requirements-of.ts';

export const daemonSetsResource = 'daemonsets.apps';
export const daemonSetControllerName = 'daemonset-controller';

/** The revision that a pod is of: here the revision's hash. */
export const revisionHashLabel = 'controller-revision-hash';
/** Counts changes of the template, as clients from before there were revisions know it. */
const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';
export const templateGenerationLabel = 'pod-template-generation';

export const daemonSetOwner = ownerKind<DaemonSet>({
  resource: daemonSetsResource,
  group: 'apps',
  kind: 'DaemonSet',
  selectorOf: ({ spec }) => spec?.selector && requirementsOf(spec.selector),
});

/** What every stored DaemonSet has. */
export function specOf({ spec }: DaemonSet): DaemonSetSpec {
  return spec ?? { template: {} };
}

export function statusOf({ status }: DaemonSet): DaemonSetStatus {
  return (
    status ?? { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  );
}

/** Undefined for one that never had any. */
export function templateGeneration({ metadata }: DaemonSet): string | undefined {
  return metadata.annotations?.[templateGenerationAnnotation];
}

/** A DaemonSet together with the hash of the revision that it is at. */
export interface Revisioned {
  readonly daemonSet: DaemonSet;
  readonly hash: string;
}

/** Whether a pod is of the DaemonSet's current template. */
export function isUpdated({ metadata }: Pod, { daemonSet, hash }: Revisioned): boolean {
  if (metadata.labels?.[revisionHashLabel] === hash) return true;
  const generation = templateGeneration(daemonSet);
  return generation !== undefined && metadata.labels?.[templateGenerationLabel] === generation;
}
