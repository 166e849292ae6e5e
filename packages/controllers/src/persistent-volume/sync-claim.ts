import {
  classOf,
  localProvisioner,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  storageClassesWith,
  type StorageClass,
  withDefaultClass,
} from '@berth/kinds';
import {
  bindCompletedAnnotation,
  claimsOfPod,
  isReservedFor,
  matchVolume,
  selectedNodeAnnotation,
  unsuitability,
  waitsForPod,
} from '@berth/scheduler';
import type { Action, ClusterView, ReconcileContext } from '../reconciler.ts';
import { bind } from './bind.ts';
import { expand } from './expand.ts';
import { volumeIndex } from './indexes.ts';
import { provision } from './provision.ts';
import { classesResource, normal, toPending, volumeKey, volumesResource, warning } from './volume-facts.ts';

type Sync = Pick<ReconcileContext, 'now'> & { readonly view: ClusterView };

/** One step of a claim's life, as upstream's volume controller takes it. */
export function syncClaim(claim: PersistentVolumeClaim, sync: Sync): readonly Action[] {
  const isCompleted = claim.metadata.annotations?.[bindCompletedAnnotation] !== undefined;
  if (isCompleted) return syncBound(claim, sync);
  return claim.spec?.volumeName ? syncNamed(claim, sync) : syncUnbound(claim, sync);
}

/** The claim takes any volume that fits. */
function syncUnbound(claim: PersistentVolumeClaim, { view, now }: Sync): readonly Action[] {
  const classes = storageClassesWith(view.list<StorageClass>(classesResource));
  const waits = waitsForPod(claim, view);
  const found = matchVolume(claim, candidates(claim, view, waits), { waitsForPod: waits });
  if (found) return bind(found, claim, { now });
  const classed = withDefaultClass(claim, classes);
  if (classed !== claim) return [{ type: 'update', object: classed }, ...toPending(classed)];
  if (waits && claim.metadata.annotations?.[selectedNodeAnnotation] === undefined) {
    return [waitForConsumer(claim, view), ...toPending(claim)];
  }
  if (classOf(claim) !== '') return [...provision(claim, { view, classes }), ...toPending(claim)];
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return [normal({ about: claim, reason: 'FailedBinding', message }), ...toPending(claim)];
}

/** A claim that waits for its pod takes no volume but one that is reserved for it. */
function candidates(
  { metadata }: PersistentVolumeClaim,
  view: ClusterView,
  waits: boolean,
): readonly PersistentVolume[] {
  const index = view.derived(volumeIndex, volumesResource);
  const reserved = index.reservedFor(metadata.namespace ?? '', metadata.name);
  return waits ? reserved : [...reserved, ...index.unclaimed];
}

function waitForConsumer(claim: PersistentVolumeClaim, view: ClusterView): Action {
  const pod = view.list<Pod>('pods', claim.metadata.namespace ?? '').find(uses(claim));
  const message = pod
    ? `waiting for pod ${pod.metadata.name} to be scheduled`
    : 'waiting for first consumer to be created before binding';
  return normal({ about: claim, reason: pod ? 'WaitForPodScheduled' : 'WaitForFirstConsumer', message });
}

function uses({ metadata }: PersistentVolumeClaim): (pod: Pod) => boolean {
  return (pod) =>
    !pod.metadata.deletionTimestamp && claimsOfPod(pod).some(({ name }) => name === metadata.name);
}

/** The claim wants one volume and no other. */
function syncNamed(claim: PersistentVolumeClaim, { view, now }: Sync): readonly Action[] {
  const volume = view.get<PersistentVolume>(volumeKey(claim.spec?.volumeName ?? ''));
  if (!volume) return toPending(claim);
  if (!volume.spec?.claimRef) {
    const problem = unsuitability(volume, claim);
    if (problem === undefined) return bind(volume, claim, { now });
    const message = `Cannot bind to requested volume ${JSON.stringify(volume.metadata.name)}: ${problem}`;
    return [warning({ about: claim, reason: 'VolumeMismatch', message }), ...toPending(claim)];
  }
  if (isReservedFor(volume, claim)) return bind(volume, claim, { now });
  const message = `volume ${JSON.stringify(volume.metadata.name)} already bound to a different claim.`;
  return [warning({ about: claim, reason: 'FailedBinding', message }), ...toPending(claim)];
}

/** The claim was bound: it stays so, or it is lost. */
function syncBound(claim: PersistentVolumeClaim, { view, now }: Sync): readonly Action[] {
  const name = claim.spec?.volumeName ?? '';
  if (name === '') {
    const message = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    return lose(claim, 'ClaimLost', message);
  }
  const volume = view.get<PersistentVolume>(volumeKey(name));
  if (!volume) {
    return lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  }
  if (volume.spec?.claimRef && volume.spec.claimRef.uid !== claim.metadata.uid) {
    const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
    return lose(claim, 'ClaimMisbound', message);
  }
  const bound = bind(volume, claim, { now });
  return bound.length > 0 || !isOurs(volume) ? bound : expand(volume, claim);
}

function isOurs({ spec }: PersistentVolume): boolean {
  return spec?.csi?.driver === localProvisioner;
}

function lose(claim: PersistentVolumeClaim, reason: string, message: string): readonly Action[] {
  if (claim.status?.phase === 'Lost') return [];
  const { capacity: _capacity, accessModes: _modes, ...status } = claim.status ?? {};
  return [
    {
      type: 'updateStatus',
      object: { ...claim, status: { ...status, phase: 'Lost' } },
    },
    warning({ about: claim, reason, message }),
  ];
}
