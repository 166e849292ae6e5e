import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { type KubeObject, toTime } from '@berth/machinery';
import type { Action, ReconcileKey } from '../reconciler.ts';

export const claimsResource = 'persistentvolumeclaims';
export const volumesResource = 'persistentvolumes';
export const classesResource = 'storageclasses.storage.k8s.io';

/** Who made a volume; only volumes that were made for a claim have it. */
export const provisionedByAnnotation = 'pv.kubernetes.io/provisioned-by';
/** Who is to make a volume for a claim, under its old name and its new one. */
export const provisionerAnnotations = [
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
] as const;

export function volumeKey(name: string): ReconcileKey {
  return { resource: volumesResource, namespace: '', name };
}

export function claimKey({ namespace, name }: { namespace?: string; name?: string }): ReconcileKey {
  return { resource: claimsResource, namespace: namespace ?? '', name: name ?? '' };
}

export type VolumePhase = NonNullable<NonNullable<PersistentVolume['status']>['phase']>;

/** Nothing if the volume is in that phase already. */
export function toPhase(
  volume: PersistentVolume,
  phase: VolumePhase,
  { now, message }: { readonly now: Date; readonly message?: string },
): readonly Action[] {
  const { status = {} } = volume;
  if (status.phase === phase && (status.message ?? '') === (message ?? '')) return [];
  const { message: _message, reason: _reason, ...rest } = status;
  const since = status.phase === phase ? {} : { lastPhaseTransitionTime: toTime(now) };
  const next = { ...rest, phase, ...since, ...(message !== undefined && { message }) };
  return [{ type: 'updateStatus', object: { ...volume, status: next } }];
}

/** Nothing if the claim waits already. */
export function toPending(claim: PersistentVolumeClaim): readonly Action[] {
  if (claim.status?.phase === 'Pending') return [];
  return [
    {
      type: 'updateStatus',
      object: { ...claim, status: { ...claim.status, phase: 'Pending' } },
    },
  ];
}

export interface News {
  readonly about: KubeObject;
  readonly reason: string;
  readonly message: string;
}

export function normal({ about, reason, message }: News): Action {
  return { type: 'event', regarding: about, eventType: 'Normal', reason, message };
}

export function warning({ about, reason, message }: News): Action {
  return { type: 'event', regarding: about, eventType: 'Warning', reason, message };
}

/** The object without an annotation. */
export function withoutAnnotation<T extends KubeObject>(object: T, name: string): T {
  const { annotations: { [name]: _gone, ...annotations } = {}, ...metadata } = object.metadata;
  const isEmpty = Object.keys(annotations).length === 0;
  return { ...object, metadata: isEmpty ? metadata : { ...metadata, annotations } };
}

export function withAnnotations<T extends KubeObject>(object: T, added: Readonly<Record<string, string>>): T {
  const annotations = { ...object.metadata.annotations, ...added };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
