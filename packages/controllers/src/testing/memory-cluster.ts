// oxlint-disable typescript/no-unnecessary-type-parameters -- as in ClusterView
import {
  assignmentRoom,
  type AssignmentRoom,
  beforeCreate,
  beforeDelete,
  beforeFinalize,
  beforeUpdateIn,
  beforeUpdateStatus,
  defaultServiceNetwork,
  type DeleteOptions,
  type KindDefinition,
  type KindRegistry,
  type Mutation,
  resourceName,
  type ServiceNetwork,
  withoutFinalizer,
} from '@berth/kinds';
import { decodeStoredBody, encodeStoredBody, type KubeObject } from '@berth/machinery';
import { claimedWith } from '@berth/scheduler';
import type { NodeRoom, NodeView, ObservedChange, ReconcileKey, Reconciler } from '../reconciler.ts';
import { viewOwnNodes } from '../scheduling/own-nodes.ts';
import { objectId } from '../turn/base-view.ts';
import { policiesIn } from '../turn/policies-in.ts';
import { runTurn } from '../turn/run-turn.ts';
import type { ReconcileFailure, TurnBudget, TurnPlan, TurnWrite } from '../turn/turn.ts';
import { MemoryBase } from './memory-base.ts';

interface LogEntry extends ObservedChange {
  readonly revision: number;
  readonly key: ReconcileKey;
  readonly by: 'user' | 'turn';
}

export interface MemoryClusterOptions {
  readonly registry: KindRegistry;
  readonly reconcilers: readonly Reconciler[];
  readonly nodes?: readonly NodeView[];
  /** Its nodes are its own Node objects instead. */
  readonly ownNodes?: boolean;
  readonly now?: Date;
  readonly budget?: Partial<TurnBudget>;
  readonly serviceNetwork?: ServiceNetwork;
}

/**
 * A cluster's log and its fold, for tests of the pure turn: users write through the same lifecycle as the API server,
 * turns commit all or nothing, and every precondition of a write is checked. Time stands still but for `advance`.
 */
export class MemoryCluster {
  now: Date;
  nodes: NodeView[];
  budget: TurnBudget;
  readonly registry: KindRegistry;
  readonly reconcilers: readonly Reconciler[];
  readonly log: LogEntry[] = [];
  readonly timers = new Map<string, Date>();
  readonly claims = new Map<string, NodeRoom>();
  readonly errors: ReconcileFailure[] = [];
  readonly base = new MemoryBase();
  /** What is given stays given: no test gives everything. */
  readonly room: AssignmentRoom;
  turns = 0;
  /** As after a commit that was refused because a node had no room. */
  distrustsReleases = false;
  readonly #announced: ObservedChange[] = [];
  readonly #hasOwnNodes: boolean;
  #revision = 0;
  #cursor = 0;
  #uids = 0;
  #suffixes = 0;

  constructor(options: MemoryClusterOptions) {
    this.room = assignmentRoom(options.serviceNetwork ?? defaultServiceNetwork, { random: () => 0 });
    this.registry = options.registry;
    this.reconcilers = options.reconcilers;
    this.nodes = [...(options.nodes ?? [])];
    this.#hasOwnNodes = options.ownNodes ?? false;
    this.now = options.now ?? new Date('2026-03-01T10:00:00Z');
    this.budget = { maxWrites: 2000, deadline: () => false, ...options.budget };
  }

  get<T extends KubeObject>(resource: string, namespace: string, name: string): T | undefined {
    return this.base.get({ resource, namespace, name }) as T | undefined;
  }

  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[] {
    return this.base.list(resource, namespace) as readonly T[];
  }

  /** The messages of Events about an object, with their reasons: `SuccessfulCreate: Created pod: x`. */
  events(about: string): string[] {
    return this.list<KubeObject & { involvedObject?: { name?: string }; reason?: string; message?: string }>(
      'events',
    )
      .filter((event) => event.involvedObject?.name === about)
      .map((event) => `${event.reason}: ${event.message}`);
  }

  /** What the cluster waits for, but for the expiry of its Events. */
  awaited(): string[] {
    return [...this.timers.keys()].filter((key) => !key.startsWith('event-expiry|'));
  }

  create<T extends KubeObject>(object: T): T {
    const definition = this.definitionOf(object);
    const created = beforeCreate(definition, object, this.#lifecycleContext());
    this.#commit(definition, created);
    return created.object as T;
  }

  update(object: KubeObject): void {
    const definition = this.definitionOf(object);
    this.#commit(
      definition,
      beforeUpdateIn(definition, { current: this.#current(object), desired: object }, this),
    );
  }

  updateStatus(object: KubeObject): void {
    const definition = this.definitionOf(object);
    this.#commit(definition, beforeUpdateStatus(definition, this.#current(object), object));
  }

  /** What a worker does when everything that the finalizer stood for is gone. */
  finalize(object: KubeObject, finalizer: string): void {
    const definition = this.definitionOf(object);
    this.#commit(definition, beforeFinalize(definition, object, withoutFinalizer(object, finalizer)));
  }

  delete(object: KubeObject, options: DeleteOptions = {}): void {
    const definition = this.definitionOf(object);
    this.#commit(definition, beforeDelete(definition, this.#current(object), { options, now: this.now }));
  }

  /** A change that the next turn hears of although it is not in this cluster's log: of a fleet node. */
  announce(change: ObservedChange): void {
    this.#announced.push(change);
  }

  /** One turn over what the log gained since the last, and over the timers that are due. */
  turn(): TurnPlan {
    const changes = [...this.#announced.splice(0), ...this.log.slice(this.#cursor)];
    const seen = this.log.length;
    if (this.#hasOwnNodes) this.nodes = [...viewOwnNodes(this.base)];
    const plan = runTurn({
      base: this.base,
      changes,
      timers: [...this.timers].map(([key, dueAt]) => ({ key, dueAt })),
      nodes: this.nodes,
      registry: this.registry,
      reconcilers: this.reconcilers,
      now: this.now,
      newUid: () => this.#newUid(),
      newNameSuffix: () => this.#newSuffix(),
      clusterCa: 'CA',
      room: this.room,
      distrustsReleases: this.distrustsReleases,
      budget: this.budget,
    });
    this.turns++;
    for (const write of plan.writes) this.#commitWrite(write);
    this.#cursor = plan.coversOwnWrites ? this.log.length : seen;
    for (const timer of plan.clearTimers) {
      if (this.timers.get(timer.key)?.getTime() === timer.dueAt.getTime()) this.timers.delete(timer.key);
    }
    for (const timer of plan.setTimers) this.timers.set(timer.key, timer.dueAt);
    for (const { podUid, ...claim } of plan.claims) this.#claim(podUid, claim, 1);
    for (const podUid of plan.releases) {
      const claim = this.claims.get(podUid);
      if (claim) this.#claim(podUid, claim, -1);
    }
    this.errors.push(...plan.errors);
    return plan;
  }

  /** Turns until nothing is left to do at this time; then one more proves that the reconcilers are quiet. */
  settle(): void {
    for (let turns = 0; turns < 500; turns++) {
      if (this.log.length === this.#cursor && this.#announced.length === 0 && !this.#hasDueTimers()) return;
      this.turn();
    }
    throw new Error('the cluster does not settle');
  }

  /** Lets time pass, timer by timer. */
  advance(seconds: number): void {
    const end = this.now.getTime() + seconds * 1000;
    for (;;) {
      this.settle();
      const next = Math.min(...[...this.timers.values()].map((dueAt) => dueAt.getTime()));
      if (!(next <= end)) break;
      this.now = new Date(Math.max(next, this.now.getTime()));
    }
    this.now = new Date(end);
    this.settle();
  }

  definitionOf(object: KubeObject): KindDefinition {
    const served = this.registry.byGroupVersionKind(object.apiVersion, object.kind);
    if (!served) throw new Error(`no kind ${object.kind} of ${object.apiVersion}`);
    return served.definition;
  }

  #hasDueTimers(): boolean {
    return [...this.timers.values()].some((dueAt) => dueAt <= this.now);
  }

  #claim(podUid: string, claim: NodeRoom, sign: 1 | -1): void {
    if (sign === 1) {
      // As in the store: a pod that has a claim exchanges it.
      const former = this.claims.get(podUid);
      if (former) this.#claim(podUid, former, -1);
      this.claims.set(podUid, claim);
    } else {
      this.claims.delete(podUid);
    }
    this.nodes = this.nodes.map((view) => {
      if (view.node.metadata.name !== claim.node) return view;
      return { node: view.node, claimed: claimedWith(view.claimed, claim, sign) };
    });
  }

  #current(object: KubeObject): KubeObject {
    const current = this.base.get(this.#keyOf(object));
    if (!current) throw new Error(`${object.kind} ${object.metadata.name} does not exist`);
    return current;
  }

  #keyOf(object: KubeObject): ReconcileKey {
    const resource = resourceName(this.definitionOf(object));
    return { resource, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  }

  #commit(definition: KindDefinition, mutation: Mutation): void {
    if (mutation.effect === 'unchanged') return;
    const key = this.#keyOf(mutation.object);
    const body = encodeStoredBody(mutation.object);
    this.#append({ definition, key, body, gone: mutation.effect === 'remove', by: 'user' });
  }

  #commitWrite(write: TurnWrite): void {
    const definition = this.registry.byResource(write.resource);
    if (!definition) throw new Error(`no resource ${write.resource}`);
    const current = this.base.get(write);
    const id = objectId(write);
    if ((write.op === 'create') === (current !== undefined)) throw new Error(`cannot ${write.op} ${id}`);
    const { uid, revision } = write.expected ?? {};
    if (uid !== undefined && uid !== current?.metadata.uid) throw new Error(`${id} has another uid`);
    if (revision !== undefined && String(revision) !== current?.metadata.resourceVersion) {
      throw new Error(`${id} is at ${current?.metadata.resourceVersion}, not ${revision}`);
    }
    if (write.op === 'create' && write.within && !this.base.get(write.within))
      throw new Error(`no home for ${id}`);
    this.#append({ definition, key: write, body: write.body, gone: write.op === 'delete', by: 'turn' });
  }

  #append(entry: {
    definition: KindDefinition;
    key: ReconcileKey;
    body: string;
    gone: boolean;
    by: LogEntry['by'];
  }): void {
    const { definition, by } = entry;
    const { resource, namespace, name } = entry.key;
    const key = { resource, namespace, name };
    const [{ group, version }] = definition.versions;
    const typeMeta = { apiVersion: group ? `${group}/${version}` : version, kind: definition.kind };
    const before = this.base.get(key);
    const revision = ++this.#revision;
    const after = entry.gone ? undefined : decodeStoredBody(entry.body, revision, typeMeta);
    this.base.put(key, after);
    this.log.push({ revision, key, resource, before, after, by });
  }

  #lifecycleContext() {
    return {
      now: this.now,
      newUid: () => this.#newUid(),
      newNameSuffix: () => this.#newSuffix(),
      room: this.room,
      policies: (resource: string, namespace: string) =>
        policiesIn(
          { registry: this.registry, list: (listed, within) => this.base.list(listed, within) },
          resource,
          namespace,
        ),
    };
  }

  #newUid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, '0')}`;
  }

  #newSuffix(): string {
    return (++this.#suffixes).toString(36).padStart(5, 'x');
  }
}
