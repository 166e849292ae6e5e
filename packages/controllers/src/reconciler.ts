import type { KindRegistry } from '@berth/kinds';
import type { KubeObject, LabelRequirement } from '@berth/machinery';
import type { ClaimedRoom, PodRoom } from '@berth/scheduler';

/** One object that a reconciler looks after. `resource` as in the store: `jobs.batch`. */
export interface ReconcileKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

// oxlint-disable typescript/no-unnecessary-type-parameters -- who asks by resource knows the kind of what comes back
/**
 * What a reconciler may look at: the cluster as of the turn, with the turn's own writes already in it (the overlay).
 * Objects are of the storage version and must not be mutated.
 */
export interface ClusterView {
  get<T extends KubeObject>(key: ReconcileKey): T | undefined;
  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[];
  /** Objects of `resource` (all resources when absent) with an owner reference to `ownerUid`. */
  ownedBy<T extends KubeObject>(ownerUid: string, resource?: string): readonly T[];
  /** Objects of a namespace that no controller has and that meet the requirements. Costs no more than what it finds. */
  loose<T extends KubeObject>(
    resource: string,
    namespace: string,
    requirements: readonly LabelRequirement[],
  ): readonly T[];
  /**
   * What `make` makes of the objects of a resource (an index, say), remembered until one of them changes. Remembered by
   * `make` itself: it must be the same function each time.
   */
  derived<T extends KubeObject, D>(
    make: (objects: readonly T[]) => D,
    resource: string,
    namespace?: string,
  ): D;
  /** The kinds of this cluster, for controllers that work on all of them. */
  readonly registry: KindRegistry;
  /** Nodes of the pool that this cluster may use, with what all clusters together have claimed on them. */
  nodes(): readonly NodeView[];
  /**
   * What the view came to show since a position, oldest first, for those who keep something derived from it. Position 0 is
   * the view as it was made. What was taken back stands there again, the other way round.
   */
  changesSince(position: number): { readonly changes: readonly ViewChange[]; readonly position: number };
}

/** An object changed, or what is claimed on the node at this place of `nodes()`. */
export type ViewChange = ObservedChange | { readonly resource: undefined; readonly nodeIndex: number };

/** A fleet node as the scheduler sees it. */
export interface NodeView {
  readonly node: KubeObject;
  readonly claimed: ClaimedRoom;
}

/** What a pod takes up on its node. */
export interface NodeRoom extends PodRoom {
  readonly node: string;
}

/**
 * What a reconciler wants done. The turn applies actions in order through the same lifecycle as API requests
 * (defaults, validation, uid, generation, finalizers), so a reconciler sees their effect in the view at once.
 */
export type Action =
  | { readonly type: 'create'; readonly object: KubeObject }
  /** Replaces metadata and spec (or data); carries the resourceVersion it was read at. */
  | { readonly type: 'update'; readonly object: KubeObject }
  | { readonly type: 'updateStatus'; readonly object: KubeObject }
  /** Takes off a finalizer that no update does: a kind's own, or of a namespace the one in its spec. The last one removes the object. */
  | {
      readonly type: 'finalize';
      readonly key: ReconcileKey;
      readonly uid: string;
      readonly finalizer: string;
    }
  | {
      readonly type: 'delete';
      readonly key: ReconcileKey;
      readonly uid: string;
      readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
      readonly gracePeriodSeconds?: number;
    }
  /** Binds a pod to a node: sets `spec.nodeName` and the PodScheduled condition, and claims the node's capacity in the commit. */
  | {
      readonly type: 'bind';
      readonly key: ReconcileKey;
      readonly uid: string;
      readonly room: NodeRoom;
    }
  /**
   * Claims room for a pod that others put on its node. Nothing if the turn has claimed for it already; making a claim
   * again that an earlier turn made changes nothing.
   */
  | { readonly type: 'claim'; readonly podUid: string; readonly room: NodeRoom }
  /** Ends the claim of a pod that is finished or gone. `room` is what it takes up, for pods that wait in this very turn. */
  | { readonly type: 'release'; readonly podUid: string; readonly room: NodeRoom }
  /** Recorded as an Event object; repeats of the same event count up, as client-go's recorder does. */
  | {
      readonly type: 'event';
      readonly regarding: KubeObject;
      readonly eventType: 'Normal' | 'Warning';
      readonly reason: string;
      readonly message: string;
    }
  /**
   * Wakes this key again at the time. One timer per reconciler and key: of several the earliest counts, and a later
   * reconcile's replaces it. A time that has passed runs the key again in the same turn, after the keys that wait.
   * A timer may also fire when nothing asked for it any more: a reconcile must not read a meaning into being woken.
   */
  | { readonly type: 'wakeAt'; readonly at: Date };

/** A change of one object, as it maps to keys. */
export interface ObservedChange {
  readonly resource: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/**
 * A controller. `reconcile` is a pure function of what it observes and the time: called twice with the same view, it
 * returns the same actions; called after its actions were applied, it returns none (it is quiet). A throw backs off for
 * this key alone (1 s doubling to 5 min), is reported as an Event, and leaves the rest of the turn alone.
 */
export interface Reconciler {
  /** Component name in Events (`job-controller`). */
  readonly name: string;
  /** Its keys come before those of others that wait. Only for what is little work, and what others count on. */
  readonly goesFirst?: boolean;
  /**
   * The keys that a change wakes; none if it does not matter. `view` already shows the change. A key need not name an
   * object: `resource` may be a word of the controller's own (`owner`) where the work is not about one object.
   *
   * A throw keeps no other reconciler and no other change from going on. The object is mapped again with the same
   * backoff, as if it were new; if it is gone by then, all objects are.
   */
  readonly keysOf: (change: ObservedChange, view: ClusterView) => readonly ReconcileKey[];
  readonly reconcile: (key: ReconcileKey, view: ClusterView, context: ReconcileContext) => readonly Action[];
}

export interface ReconcileContext {
  readonly now: Date;
  /** Deterministic for tests: Kubernetes' name alphabet, five characters. */
  readonly newNameSuffix: () => string;
  /** PEM of the CA that signs the API server's certificate, for `kube-root-ca.crt`. */
  readonly clusterCa: string;
  /** Pods that one reconcile creates, deletes or binds at most: `mostPodsAtOnce`, or fewer where others wait for the turn to end. */
  readonly podsAtOnce: number;
  /**
   * Set when a create of this very reconcile was refused: how many went well before it. With no more creates than that
   * the rest of the work is done, and the key is tried again later. A reconciler that takes no notice fails as a whole. One
   * that tells of it by an Event of reason `FailedCreate` does so in its own words.
   */
  readonly mostCreates?: number;
  /** What that create was refused for, for a condition that tells of it. Set together with `mostCreates`. */
  readonly createRefusal?: string;
}
