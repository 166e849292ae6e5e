import type { EndpointSlice } from '@berth/kinds';
import type { Action } from '../reconciler.ts';
import { slicesResource } from '../endpoints/service-facts.ts';
import { keyOf } from '../turn/base-view.ts';

/** A slice before and after; absent where there is none. */
export interface SliceWrite {
  readonly before: EndpointSlice | undefined;
  readonly after: EndpointSlice | undefined;
}

/** Makes updates of what would be deleted and made anew. Slices of different address types stay apart. */
export function recycled(writes: readonly SliceWrite[]): readonly SliceWrite[] {
  const deletions = writes.filter(({ after }) => after === undefined);
  const reused = new Set<SliceWrite>();
  const result = writes.flatMap((write): SliceWrite[] => {
    if (write.before !== undefined) return [write];
    const spare = deletions.find(
      (deletion) => !reused.has(deletion) && deletion.before?.addressType === write.after?.addressType,
    );
    if (!spare?.before || !write.after) return [write];
    reused.add(spare);
    const { name, uid, resourceVersion, generation, creationTimestamp } = spare.before.metadata;
    const { generateName: _prefix, ...metadata } = write.after.metadata;
    const kept = { ...metadata, name, uid, resourceVersion, generation, creationTimestamp };
    return [{ before: spare.before, after: { ...write.after, metadata: kept as EndpointSlice['metadata'] } }];
  });
  return result.filter((write) => !reused.has(write));
}

export function actionOf({ before, after }: SliceWrite): Action {
  if (after === undefined) {
    if (before === undefined) throw new Error('a write is of a slice before or after');
    return { type: 'delete', key: keyOf(slicesResource, before), uid: before.metadata.uid ?? '' };
  }
  return { type: before === undefined ? 'create' : 'update', object: after };
}
