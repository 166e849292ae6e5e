import { isJsonObject } from '../decode/codec.ts';
import { type ApplyType, deduceType, memberType } from './apply-type.ts';
import type { PathElement } from './field-set.ts';
import { elementOrUndefined, isKeyedList, itemsByElement, type KeyedList } from './list-items.ts';

/** The live object with what is applied on top. Nothing is removed; lists take the order of what is applied. */
export function mergeObjects(declared: ApplyType, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  const type = deduceType(declared, applied, live);
  if (type.kind === 'object' && !type.isAtomic) {
    if (isJsonObject(live) && isJsonObject(applied)) return mergeMembers(type, live, applied);
    // A null merges with anything; nothing else does.
    return applied === null && isJsonObject(live) && Object.keys(live).length > 0 ? live : applied;
  }
  if (isKeyedList(type)) {
    if (Array.isArray(live) && Array.isArray(applied)) return mergeItems(type, live, applied);
    return applied === null && Array.isArray(live) && live.length > 0 ? live : applied;
  }
  return applied;
}

function mergeMembers(
  type: Extract<ApplyType, { kind: 'object' }>,
  live: Readonly<Record<string, unknown>>,
  applied: Readonly<Record<string, unknown>>,
): unknown {
  const merged: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    const current = Object.hasOwn(live, name) ? live[name] : undefined;
    const result = mergeObjects(memberType(type.members, name), current, value);
    Object.defineProperty(merged, name, {
      value: result,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}

/**
 * Items that are applied come in the order in which they are applied; live ones keep their place among them.
 * Of live items that stand twice under one key, none is merged with what is applied.
 */
function mergeItems(
  type: KeyedList,
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] {
  const liveItems = itemsByElement(type, live);
  const appliedItems = itemsByElement(type, applied);
  const liveElements = live.map((item) => elementOrUndefined(type, item));
  const appliedElements = [...appliedItems.keys()];
  const shared = appliedElements.filter((element) => liveItems.has(element));
  const done = new Set<PathElement>();
  const merged: unknown[] = [];
  const take = (element: PathElement) => {
    const same = liveItems.get(element) ?? [];
    merged.push(
      mergeObjects(type.element, same.length === 1 ? same[0] : undefined, appliedItems.get(element)?.[0]),
    );
    done.add(element);
    if (shared[0] === element) shared.shift();
  };
  let nextLive = 0;
  let nextApplied = 0;
  while (nextLive < live.length || nextApplied < appliedElements.length) {
    const liveElement = liveElements[nextLive];
    const appliedElement = appliedElements[nextApplied];
    const isShared = liveElement !== undefined && appliedItems.has(liveElement);
    if (nextLive < live.length && appliedElement !== undefined) {
      if (liveElement === appliedElement) {
        take(appliedElement);
        nextLive += 1;
        nextApplied += 1;
        continue;
      }
      if (isShared && shared[0] !== undefined && shared[0] !== liveElement) {
        // Its turn comes in the order of what is applied.
        nextLive += 1;
        continue;
      }
    }
    if (nextLive < live.length) {
      if (!isShared) {
        merged.push(live[nextLive]);
        nextLive += 1;
        continue;
      }
      if (liveElement !== undefined && done.has(liveElement)) nextLive += 1;
    }
    if (appliedElement !== undefined) {
      take(appliedElement);
      nextApplied += 1;
    }
  }
  return merged;
}
