import { type KindDefinition, type Mutation, writeAttributes } from '@berth/kinds';
import { encodeStoredBody, type KubeObject } from '@berth/machinery';
import type { ObservedChange, ReconcileKey } from '../reconciler.ts';
import { objectId } from './base-view.ts';
import type { Overlay } from './overlay.ts';
import type { QuotaLedger } from './quota-ledger.ts';
import type { TurnClaim, TurnWrite } from './turn.ts';

/** What a turn has done so far: the writes in log order, the changes that they make, claims and releases. */
export class TurnLog {
  readonly writes: TurnWrite[] = [];
  /** By the uid of the pod. */
  readonly claims = new Map<string, TurnClaim>();
  /** Uids of pods whose claims end. */
  readonly releases = new Set<string>();
  readonly #overlay: Overlay;
  readonly #ledger: QuotaLedger;
  /** Objects that the turn has written, whose base revision is therefore checked already. */
  readonly #written = new Set<string>();
  #changes: ObservedChange[] = [];

  constructor(overlay: Overlay, ledger: QuotaLedger) {
    this.#overlay = overlay;
    this.#ledger = ledger;
  }

  /** Appends what a lifecycle step decided and shows it in the overlay. @throws StatusError if quotas leave no room for it. */
  append(definition: KindDefinition, key: ReconcileKey, mutation: Mutation): void {
    if (mutation.effect === 'unchanged') return;
    const before = this.#overlay.get(key);
    const after = mutation.effect === 'remove' ? undefined : mutation.object;
    this.#ledger.take(definition, { before, after });
    this.writes.push(
      this.#write(definition, { key, before, object: mutation.object, removed: after === undefined }),
    );
    this.#written.add(objectId(key));
    this.#overlay.put(key, after);
    this.#changes.push({ resource: key.resource, before, after });
  }

  /** The changes since the last call. */
  takeChanges(): readonly ObservedChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** @returns what takes back everything since, in the overlay too. Only the newest savepoint may be undone. */
  savepoint(): () => void {
    const undoOverlay = this.#overlay.savepoint();
    const undoLedger = this.#ledger.savepoint();
    const counts = { writes: this.writes.length, claims: this.claims.size, releases: this.releases.size };
    return () => {
      undoOverlay();
      undoLedger();
      for (const write of this.writes.splice(counts.writes)) this.#forget(write);
      for (const podUid of [...this.claims.keys()].slice(counts.claims)) this.claims.delete(podUid);
      for (const podUid of [...this.releases].slice(counts.releases)) this.releases.delete(podUid);
      this.#changes = [];
    };
  }

  #forget(write: TurnWrite): void {
    const id = objectId(write);
    if (!this.writes.some((earlier) => objectId(earlier) === id)) this.#written.delete(id);
  }

  #write(
    definition: KindDefinition,
    step: { key: ReconcileKey; before: KubeObject | undefined; object: KubeObject; removed: boolean },
  ): TurnWrite {
    const { key, before, object, removed } = step;
    const { within, ...attributes } = writeAttributes(definition, object);
    const body = encodeStoredBody(object);
    if (!before) return { op: 'create', ...attributes, body, ...(within ? { within } : {}) };
    const revision = this.#written.has(objectId(key)) ? undefined : Number(before.metadata.resourceVersion);
    const expected = {
      uid: before.metadata.uid ?? '',
      ...(revision === undefined || Number.isNaN(revision) ? {} : { revision }),
    };
    return { op: removed ? 'delete' : 'update', ...attributes, body, expected };
  }
}
