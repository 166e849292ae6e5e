import type { ObservedChange } from '@berth/controllers';
import type { KindRegistry } from '@berth/kinds';
import { decodeStoredBody, type KubeObject, type StoredBody, type TypeMeta } from '@berth/machinery';
import { type Change, type ClusterStore, CompactedError } from '@berth/store';
import type { ReplicaView } from './replica-view.ts';
import { storageTypeOf } from './storage-type.ts';

/** What the log gained since the cursor, as far as one turn looks at it. */
export interface Observed {
  readonly changes: readonly ObservedChange[];
  /** The log has been seen up to here. */
  readonly cursor: number;
}

export interface ObserveOptions {
  readonly view: ReplicaView;
  readonly registry: KindRegistry;
  readonly cursor: number;
  /** Changes that one turn looks at. */
  readonly limit: number;
}

/**
 * Reads the log from the cursor on. If retention has dropped that part of it, every object counts as changed: what was
 * deleted in between shows in what it left behind.
 */
export async function observeChanges(cluster: ClusterStore, options: ObserveOptions): Promise<Observed> {
  const { view, cursor } = options;
  if (view.revision <= cursor) return { changes: [], cursor };
  try {
    const log = await cluster.changes(cursor, options.limit);
    // The log may have grown past the view meanwhile; the turn must not claim to have seen that.
    const seen = log.filter((change) => change.revision <= view.revision);
    return {
      changes: seen.flatMap((change) => observe(change, options)),
      cursor: seen.at(-1)?.revision ?? cursor,
    };
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    return { changes: everyObject(options), cursor: view.revision };
  }
}

function observe(change: Change, { view, registry }: ObserveOptions): ObservedChange[] {
  const type = storageTypeOf(registry, change.resource);
  if (!type) return [];
  const { before, after } = change;
  return [
    new LazyChange(
      change.resource,
      () => before && decode(before.body, before.revision, type),
      () =>
        after === undefined
          ? undefined
          : (view.at(change, change.revision) ?? decode(after, change.revision, type)),
    ),
  ];
}

function everyObject({ view, registry }: ObserveOptions): ObservedChange[] {
  return registry.definitions.flatMap(({ plural, versions }) => {
    const resource = versions[0].group === '' ? plural : `${plural}.${versions[0].group}`;
    return view.list(resource).map((after) => ({ resource, before: undefined, after }));
  });
}

function decode(body: StoredBody, revision: number, type: TypeMeta): KubeObject {
  return decodeStoredBody(body, revision, type);
}

/** Parses a state when a reconciler first asks for it: most changes matter to few, and few look at the state before. */
class LazyChange implements ObservedChange {
  readonly resource: string;
  readonly #readBefore: () => KubeObject | undefined;
  readonly #readAfter: () => KubeObject | undefined;
  #before: { readonly object: KubeObject | undefined } | undefined;
  #after: { readonly object: KubeObject | undefined } | undefined;

  constructor(
    resource: string,
    readBefore: () => KubeObject | undefined,
    readAfter: () => KubeObject | undefined,
  ) {
    this.resource = resource;
    this.#readBefore = readBefore;
    this.#readAfter = readAfter;
  }

  get before(): KubeObject | undefined {
    this.#before ??= { object: this.#readBefore() };
    return this.#before.object;
  }

  get after(): KubeObject | undefined {
    this.#after ??= { object: this.#readAfter() };
    return this.#after.object;
  }
}
