import {
  type FieldError,
  deleteUidConflictError,
  deleteVersionConflictError,
  forbiddenError,
  foregroundFinalizer,
  invalid,
  invalidError,
  type KubeObject,
  notSupported,
  orphanFinalizer,
  path,
  semanticEqual,
  toTime,
} from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { groupKind, groupResource } from '../registry/resource-name.ts';
import { withMetadata } from './metadata.ts';
import type { DeleteOptions, Mutation } from './mutation.ts';

/** A request to delete one object. */
export interface Deletion {
  readonly options: DeleteOptions;
  readonly now: Date;
}

/**
 * What a deletion makes of the current object: it goes, or it begins to terminate, or it terminates sooner, or nothing
 * changes because it terminates already. As the delete of upstream's generic registry store.
 *
 * @throws StatusError `Conflict` for preconditions that do not hold, `Forbidden` for an object that may not be deleted,
 *   `Invalid` for contradictory options.
 */
export function beforeDelete(kind: KindDefinition, current: KubeObject, deletion: Deletion): Mutation {
  checkOptions(deletion.options);
  checkDeletable(kind, current);
  checkPreconditions(kind, current, deletion.options);

  const graceful = beginGrace(kind, current, deletion);
  if (graceful === 'pending') return { effect: 'unchanged', object: current };

  const finalizers = finalizersAfter(kind, current, deletion.options);
  const isHeld = finalizers.length > 0 || (kind.strategy.ownFinalizers?.(current) ?? []).length > 0;
  if (!graceful && !isHeld) return { effect: 'remove', object: current };

  const terminating = withMetadata(graceful ?? markTerminating(kind, current, deletion.now), {
    finalizers: finalizers.length > 0 ? [...finalizers] : undefined,
  });
  if (!isHeld && terminating.metadata.deletionGracePeriodSeconds === 0) {
    return { effect: 'remove', object: terminating };
  }
  const isUnchanged = semanticEqual(terminating, current);
  return isUnchanged ? { effect: 'unchanged', object: current } : { effect: 'write', object: terminating };
}

function checkOptions(options: DeleteOptions): void {
  const { orphanDependents, propagationPolicy } = options;
  const errors: FieldError[] = [];
  if (propagationPolicy !== undefined) {
    const at = path('propagationPolicy');
    if (orphanDependents !== undefined) {
      const detail = 'orphanDependents and deletionPropagation cannot be both set';
      errors.push(invalid(at, propagationPolicy, detail));
    }
    if (!propagationPolicies.includes(propagationPolicy)) {
      errors.push(notSupported(at, propagationPolicy, [...propagationPolicies, 'nil']));
    }
  }
  if (errors.length > 0) throw invalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
}

const propagationPolicies: readonly string[] = ['Foreground', 'Background', 'Orphan'];

function checkDeletable(kind: KindDefinition, current: KubeObject): void {
  const explanation = kind.strategy.forbidsDelete?.(current);
  if (explanation !== undefined) {
    throw forbiddenError(groupResource(kind), current.metadata.name, explanation);
  }
}

function checkPreconditions(kind: KindDefinition, current: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { name } = current.metadata;
  if (uid !== undefined && uid !== current.metadata.uid) {
    const mismatch = { required: uid, stored: current.metadata.uid ?? '' };
    throw deleteUidConflictError(groupKind(kind), name, mismatch);
  }
  if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
    const mismatch = { required: resourceVersion, stored: current.metadata.resourceVersion ?? '' };
    throw deleteVersionConflictError(groupKind(kind), name, mismatch);
  }
}

/** The object with its grace begun or shortened; `pending` if its grace runs on; nothing if it gets no grace. */
function beginGrace(
  kind: KindDefinition,
  current: KubeObject,
  { options, now }: Deletion,
): KubeObject | 'pending' | undefined {
  if (!kind.deletionGraceSeconds) return undefined;
  const requested = negativeIsOne(options.gracePeriodSeconds);
  if (current.metadata.deletionTimestamp !== undefined) return shortenGrace(current, requested, now);

  const seconds = negativeIsOne(kind.deletionGraceSeconds(current, requested)) ?? 0;
  return withMetadata(current, {
    deletionTimestamp: toTime(new Date(now.getTime() + seconds * 1000)),
    deletionGracePeriodSeconds: seconds,
    generation: nextGeneration(current),
  });
}

/** A running grace can only be shortened. */
function shortenGrace(
  current: KubeObject,
  requestedSeconds: number | undefined,
  now: Date,
): KubeObject | 'pending' | undefined {
  const { deletionTimestamp = '', deletionGracePeriodSeconds } = current.metadata;
  const runningSeconds = negativeIsOne(deletionGracePeriodSeconds) ?? 0;
  if (runningSeconds === 0) return undefined;
  if (requestedSeconds === undefined || requestedSeconds >= runningSeconds) return 'pending';

  const endMs = Date.parse(deletionTimestamp) + (requestedSeconds - runningSeconds) * 1000;
  const isOver = endMs < now.getTime();
  return withMetadata(current, {
    deletionTimestamp: toTime(isOver ? now : new Date(endMs)),
    // Whoever ends the object (the node's agent) still has to hear of it, so the grace is over only when 0 is asked for.
    deletionGracePeriodSeconds: isOver && requestedSeconds > 0 ? 1 : requestedSeconds,
  });
}

/** An object without grace that finalizers hold: it terminates from now on. */
function markTerminating(kind: KindDefinition, current: KubeObject, now: Date): KubeObject {
  const { deletionTimestamp } = current.metadata;
  const isEarlier = deletionTimestamp !== undefined && Date.parse(deletionTimestamp) <= now.getTime();
  const marked = withMetadata(current, {
    deletionTimestamp: isEarlier ? deletionTimestamp : toTime(now),
    deletionGracePeriodSeconds: 0,
    generation: deletionTimestamp === undefined ? nextGeneration(current) : current.metadata.generation,
  });
  return kind.strategy.markTerminating?.(marked) ?? marked;
}

/** The finalizers that hold the object back, with the garbage collector's as the request wants them. */
function finalizersAfter(
  kind: KindDefinition,
  current: KubeObject,
  options: DeleteOptions,
): readonly string[] {
  const finalizers = current.metadata.finalizers ?? [];
  const added = garbageFinalizer(kind, finalizers, options);
  if (added !== undefined && finalizers.includes(added)) return finalizers;
  const kept = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  return added === undefined ? kept : [...kept, added];
}

function garbageFinalizer(
  kind: KindDefinition,
  finalizers: readonly string[],
  options: DeleteOptions,
): string | undefined {
  const { orphanDependents, propagationPolicy } = options;
  if (kind.defaultPropagation === 'unsupported') return undefined;
  if (orphanDependents !== undefined) return orphanDependents ? orphanFinalizer : undefined;
  if (propagationPolicy === 'Orphan') return orphanFinalizer;
  if (propagationPolicy === 'Foreground') return foregroundFinalizer;
  if (propagationPolicy === 'Background') return undefined;
  const present = finalizers.find((name) => name === orphanFinalizer || name === foregroundFinalizer);
  if (present !== undefined) return present;
  return kind.defaultPropagation === 'orphan' ? orphanFinalizer : undefined;
}

function nextGeneration({ metadata }: KubeObject): number | undefined {
  return metadata.generation ? metadata.generation + 1 : metadata.generation;
}

function negativeIsOne(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds < 0 ? 1 : seconds;
}
