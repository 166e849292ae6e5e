import { classOf, type PersistentVolume, type PersistentVolumeClaim, type StorageClass } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { NodeFacts } from '../candidate.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import {
  isFullyBound,
  isReservedFor,
  isWithinReach,
  selectedNodeAnnotation,
} from '../volumes/binding-rules.ts';
import { claimsOfPod } from '../volumes/claims-of-pod.ts';
import { matchVolume } from '../volumes/match-volume.ts';
import { storageClassOf } from '../volumes/storage-classes.ts';
import { tiedTo } from '../volumes/tied-to.ts';
import { type Filter, type Reservation, unresolvable } from './filter.ts';

const outOfReach = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const noVolume = unresolvable("node(s) didn't find available persistent volumes to bind");
const lostVolume = unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');

/** Volumes must be within reach of the node, and claims that waited for the pod must find theirs, or get one made. */
export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  prepare: (pod, cluster) => {
    const claims = claimsOfPod(pod.pod).flatMap(({ name }) => {
      const key = { resource: 'persistentvolumeclaims', namespace: pod.namespace, name };
      return cluster.get<PersistentVolumeClaim>(key) ?? [];
    });
    if (claims.length === 0) return undefined;
    const bound = claims
      .filter(isFullyBound)
      .map((claim) => volumeNamed(cluster, claim.spec?.volumeName ?? ''));
    const waiting = claims
      .filter((claim) => !isFullyBound(claim))
      .map((claim) => ({ claim, ...offer(claim, cluster) }));
    if (bound.includes(undefined)) return { check: () => lostVolume };
    return {
      check: ({ facts }) => {
        if (bound.some((volume) => volume && !isWithinReach(volume, facts))) return outOfReach;
        return choose(waiting, facts) ? undefined : noVolume;
      },
      ...(waiting.length > 0 && {
        reserve: ({ facts }) => reserve(choose(waiting, facts) ?? [], { facts, cluster }),
      }),
    };
  },
};

interface Waiting {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  readonly storageClass: StorageClass | undefined;
  readonly isTaken: (volume: PersistentVolume) => boolean;
}

/** What becomes of a claim on a node: an existing volume, or a new one. */
interface Choice {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume | undefined;
}

function offer(claim: PersistentVolumeClaim, cluster: ClusterFacts): Omit<Waiting, 'claim'> {
  const taken = reservationsOf(cluster);
  return {
    volumes: cluster.list<PersistentVolume>('persistentvolumes'),
    storageClass: storageClassOf(cluster, classOf(claim)),
    isTaken: (volume) => (taken.get(volume) ?? claim.metadata.uid) !== claim.metadata.uid,
  };
}

/** A volume for each of the claims, each another one; nothing if one of them finds none there. */
function choose(waiting: readonly Waiting[], node: NodeFacts): readonly Choice[] | undefined {
  const chosen = new Set<PersistentVolume>();
  const choices: Choice[] = [];
  for (const { claim, volumes, storageClass, isTaken } of waiting) {
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
    if (selected !== undefined && selected !== node.name) return undefined;
    const volume =
      selected === undefined
        ? matchVolume(claim, volumes, { node, isTaken: (other) => chosen.has(other) || isTaken(other) })
        : undefined;
    if (volume) chosen.add(volume);
    else if (!isProvisioned(storageClass, node)) return undefined;
    choices.push({ claim, volume });
  }
  return choices;
}

/** Whether somebody makes volumes of the class on the node. */
function isProvisioned(storageClass: StorageClass | undefined, node: NodeFacts): boolean {
  if (!storageClass?.provisioner || storageClass.provisioner === 'kubernetes.io/no-provisioner') return false;
  const terms = storageClass.allowedTopologies ?? [];
  return (
    terms.length === 0 ||
    terms.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values = [] }) => values.includes(node.labels[key] ?? '')),
    )
  );
}

/** Ties volumes to their claims, or tells who makes volumes where; the pod waits until all are bound. */
function reserve(
  choices: readonly Choice[],
  { facts, cluster }: { readonly facts: NodeFacts; readonly cluster: ClusterFacts },
): Reservation {
  const updates = choices.flatMap(({ claim, volume }): KubeObject[] => {
    if (!volume)
      return claim.metadata.annotations?.[selectedNodeAnnotation] ? [] : [withNode(claim, facts.name)];
    reservationsOf(cluster).set(volume, claim.metadata.uid ?? '');
    return isReservedFor(volume, claim) && volume.spec?.claimRef?.uid ? [] : [tiedTo(claim, volume)];
  });
  return { updates, waits: true };
}

function withNode(claim: PersistentVolumeClaim, node: string): PersistentVolumeClaim {
  const annotations = { ...claim.metadata.annotations, [selectedNodeAnnotation]: node };
  return { ...claim, metadata: { ...claim.metadata, annotations } };
}

function volumeNamed(cluster: ClusterFacts, name: string): PersistentVolume | undefined {
  return cluster.get<PersistentVolume>({ resource: 'persistentvolumes', namespace: '', name });
}

/** Volumes that were given to a claim, while the cluster does not show it yet. */
const reservations = new WeakMap<ClusterFacts, WeakMap<PersistentVolume, string>>();

function reservationsOf(cluster: ClusterFacts): WeakMap<PersistentVolume, string> {
  let own = reservations.get(cluster);
  if (!own) reservations.set(cluster, (own = new WeakMap()));
  return own;
}
