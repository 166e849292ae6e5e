import type { KubeObject } from '@berth/machinery';
import type { KindStrategy, UpdateStrategy } from '../kind-definition.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import { keepStatus } from '../strategy/status-strategy.ts';
import { noErrors } from '../strategy/unchanged.ts';

/**
 * The strategy of objects that stand for more than themselves: from their creation on they hold a finalizer, which only
 * `beforeFinalize` takes off, when everything that belongs to them is gone. An update that leaves it out leaves it where
 * it is.
 */
export function heldByFinalizer(finalizer: string, strategy: KindStrategy): KindStrategy {
  const keepsFinalizer = (update: UpdateStrategy): UpdateStrategy => ({
    ...update,
    prepareForUpdate: (next, current) =>
      finalizersOf(current).includes(finalizer)
        ? withFinalizer(update.prepareForUpdate(next, current), finalizer)
        : update.prepareForUpdate(next, current),
  });
  return {
    ...strategy,
    ...keepsFinalizer(strategy),
    prepareForCreate: (object) => withFinalizer(strategy.prepareForCreate(object), finalizer),
    ...(strategy.status && { status: keepsFinalizer(strategy.status) }),
    finalize: { prepareForUpdate: keepStatus, validateUpdate: noErrors },
  };
}

/** The object without the finalizer, as `beforeFinalize` takes it. */
export function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const left = finalizersOf(object).filter((name) => name !== finalizer);
  return withMetadata(object, { finalizers: left.length > 0 ? left : undefined });
}

/** The object with the finalizer, once. */
export function withFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const finalizers = finalizersOf(object);
  return finalizers.includes(finalizer)
    ? object
    : withMetadata(object, { finalizers: [...finalizers, finalizer] });
}

function finalizersOf({ metadata }: KubeObject): readonly string[] {
  return metadata.finalizers ?? [];
}
