// oxlint-disable typescript/no-unnecessary-type-parameters -- as in ClusterView
import type { KindRegistry } from '@berth/kinds';
import { type KubeObject, type LabelRequirement, matchesLabels } from '@berth/machinery';
import { claimedWith } from '@berth/scheduler';
import { controllerOf } from '../ownership.ts';
import type { ClusterView, NodeRoom, NodeView, ReconcileKey, ViewChange } from '../reconciler.ts';
import { LabelIndex } from '../selection/label-index.ts';
import { type BaseView, objectId } from './base-view.ts';
import { DerivationMemo } from './derivation-memo.ts';

interface Entry {
  readonly key: ReconcileKey;
  /** Absent once deleted. */
  readonly object: KubeObject | undefined;
}

/** Takes back everything that was put since it was made. */
export type Undo = () => void;

/**
 * The cluster as of a turn: a base that never changes, and over it the objects that the turn wrote. Copy on write: the
 * base's objects and lists are handed out as they are until something in them is touched.
 */
export class Overlay implements ClusterView {
  readonly registry: KindRegistry;
  readonly #base: BaseView;
  readonly #entries = new Map<string, Entry>();
  /** Uids of touched objects, so that an owner's base dependents are skipped without building their ids. */
  readonly #touchedUids = new Set<string>();
  readonly #idsByResource = new Map<string, Set<string>>();
  readonly #idsByOwner = new Map<string, Set<string>>();
  /** By resource and namespace: what the base has there without a controller, and the ids of what came to be so. */
  readonly #looseBase = new Map<string, LabelIndex>();
  readonly #looseIds = new Map<string, Set<string>>();
  readonly #derivations = new DerivationMemo();
  readonly #nodes: NodeView[];
  readonly #nodeIndex = new Map<string, number>();
  readonly #changes: ViewChange[] = [];
  #undo: Array<() => void> = [];

  constructor(options: { base: BaseView; nodes: readonly NodeView[]; registry: KindRegistry }) {
    this.#base = options.base;
    this.registry = options.registry;
    this.#nodes = [...options.nodes];
    for (const [index, view] of this.#nodes.entries()) this.#nodeIndex.set(view.node.metadata.name, index);
  }

  // The contract lets a reconciler name the kind that it asked for by resource; nothing here could check it.
  get<T extends KubeObject>(key: ReconcileKey): T | undefined {
    const entry = this.#entries.get(objectId(key));
    return (entry ? entry.object : this.#base.get(key)) as T | undefined;
  }

  /** The object as the base has it, whatever the turn did to it since. */
  baseObject(key: ReconcileKey): KubeObject | undefined {
    return this.#base.get(key);
  }

  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[] {
    const base = this.#base.list(resource, namespace);
    const touched = this.#idsByResource.get(resource);
    if (!touched || touched.size === 0) return base as readonly T[];
    const result = base.filter((object) => !this.#touchedUids.has(object.metadata.uid ?? ''));
    for (const id of touched) {
      const entry = this.#entries.get(id);
      if (!entry?.object) continue;
      if (namespace === undefined || entry.key.namespace === namespace) result.push(entry.object);
    }
    return result as unknown as readonly T[];
  }

  ownedBy<T extends KubeObject>(ownerUid: string, resource?: string): readonly T[] {
    const result: KubeObject[] = [];
    for (const owned of this.#base.ownedBy(ownerUid)) {
      if (resource !== undefined && owned.resource !== resource) continue;
      if (!this.#touchedUids.has(owned.object.metadata.uid ?? '')) result.push(owned.object);
    }
    for (const id of this.#idsByOwner.get(ownerUid) ?? []) {
      const entry = this.#entries.get(id);
      if (!entry?.object || (resource !== undefined && entry.key.resource !== resource)) continue;
      if (entry.object.metadata.ownerReferences?.some((owner) => owner.uid === ownerUid))
        result.push(entry.object);
    }
    return result as unknown as readonly T[];
  }

  loose<T extends KubeObject>(
    resource: string,
    namespace: string,
    requirements: readonly LabelRequirement[],
  ): readonly T[] {
    const place = `${resource}|${namespace}`;
    let base = this.#looseBase.get(place);
    if (!base) {
      base = new LabelIndex(this.#base.list(resource, namespace).filter((object) => !controllerOf(object)));
      this.#looseBase.set(place, base);
    }
    const result = base
      .matching(requirements)
      .filter((object) => !this.#touchedUids.has(object.metadata.uid ?? ''));
    for (const id of this.#looseIds.get(place) ?? []) {
      const object = this.#entries.get(id)?.object;
      if (object && !controllerOf(object) && matchesLabels(object.metadata.labels, requirements)) {
        result.push(object);
      }
    }
    return result as unknown as readonly T[];
  }

  derived<T extends KubeObject, D>(
    make: (objects: readonly T[]) => D,
    resource: string,
    namespace?: string,
  ): D {
    const list = (): readonly T[] => this.list<T>(resource, namespace);
    return this.#derivations.get(make, { resource, namespace, list });
  }

  nodes(): readonly NodeView[] {
    return this.#nodes;
  }

  changesSince(position: number): { readonly changes: readonly ViewChange[]; readonly position: number } {
    return { changes: this.#changes.slice(position), position: this.#changes.length };
  }

  /** Makes `object` the current state of `key`; absent: the key is gone. */
  put(key: ReconcileKey, object: KubeObject | undefined): void {
    const id = objectId(key);
    const entryBefore = this.#entries.get(id);
    const { resource } = key;
    const before = entryBefore ? entryBefore.object : this.#base.get(key);
    const uid = (object ?? entryBefore?.object ?? this.#base.get(key))?.metadata.uid ?? '';
    const replaced = this.#base.get(key)?.metadata.uid ?? uid;
    const newlyTouched = [uid, replaced].filter((touched) => !this.#touchedUids.has(touched));
    this.#entries.set(id, { key, object });
    for (const touched of newlyTouched) this.#touchedUids.add(touched);
    this.#derivations.forget(key.resource, key.namespace);
    indexed(this.#idsByResource, key.resource).add(id);
    if (object && !controllerOf(object)) {
      indexed(this.#looseIds, `${key.resource}|${key.namespace}`).add(id);
    }
    for (const owner of object?.metadata.ownerReferences ?? []) indexed(this.#idsByOwner, owner.uid).add(id);
    this.#changes.push({ resource, before, after: object });
    this.#undo.push(() => {
      this.#changes.push({ resource, before: object, after: before });
      if (entryBefore) this.#entries.set(id, entryBefore);
      else this.#entries.delete(id);
      for (const touched of newlyTouched) this.#touchedUids.delete(touched);
      this.#derivations.forget(key.resource, key.namespace);
    });
  }

  /** Adds a pod to what is claimed on a node (`sign` 1) or takes one off (-1). A node that the view lacks is left alone. */
  claim(room: NodeRoom, sign: 1 | -1): void {
    const index = this.#nodeIndex.get(room.node);
    const view = index === undefined ? undefined : this.#nodes[index];
    if (index === undefined || !view) return;
    this.#nodes[index] = { node: view.node, claimed: claimedWith(view.claimed, room, sign) };
    this.#changes.push({ resource: undefined, nodeIndex: index });
    this.#undo.push(() => {
      this.#nodes[index] = view;
      this.#changes.push({ resource: undefined, nodeIndex: index });
    });
  }

  /** @returns what takes back everything put and claimed from now on. Only the newest savepoint may be undone. */
  savepoint(): Undo {
    this.#undo = [];
    return () => {
      for (const step of this.#undo.reverse()) step();
      this.#undo = [];
    };
  }
}

function indexed(index: Map<string, Set<string>>, key: string): Set<string> {
  let ids = index.get(key);
  if (!ids) {
    ids = new Set();
    index.set(key, ids);
  }
  return ids;
}
