import type { KubeObject } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { mostPodsAtOnce } from '../pods/most-pods-at-once.ts';
import type { Action, ObservedChange, ReconcileContext, ReconcileKey, Reconciler } from '../reconciler.ts';
import { type ApplyContext, applyAction, type ObjectAction } from './apply-action.ts';
import { keyOf } from './base-view.ts';
import { EventRecorder } from './event-recorder.ts';
import { mapAgain } from './map-again.ts';
import { policiesIn } from './policies-in.ts';
import { Overlay } from './overlay.ts';
import { QuotaLedger } from './quota-ledger.ts';
import { RestlessKeyError } from './restless-key-error.ts';
import { type Task, TaskQueue, taskOf } from './task-queue.ts';
import type { ReconcileFailure, TurnInput, TurnPlan } from './turn.ts';
import { TurnLog } from './turn-log.ts';
import { TurnTimers } from './turn-timers.ts';

const defaultMaxRoundsPerKey = 100;
const failedCreate = 'FailedCreate';

/**
 * One turn of a cluster's controllers: maps changes and due timers to keys, reconciles them, folds what they do into an
 * overlay, which yields more keys, until all are quiet or the budget is spent. Pure: it decides, the caller commits.
 * What it plans holds only on the base that it was given; after a conflict, run it again on a fresh one.
 */
export function runTurn(input: TurnInput): TurnPlan {
  return new Turn(input).run();
}

/** What a reconcile threw, or what one of its actions was refused for. */
interface Failure {
  readonly error: unknown;
  readonly step: Action | undefined;
  /** Creates that went well before. */
  readonly creates: number;
}

interface AfterFailure {
  /** When the key asks to be woken, beside its retry. */
  readonly wakeAt?: Date | undefined;
  /** The reconciler has told of it itself. */
  readonly isTold?: boolean;
}

interface Attempt {
  readonly actions: readonly Action[];
  readonly failure: Failure | undefined;
}

class Turn {
  readonly #input: TurnInput;
  /** By the names that timers wake: those given, and for each the one that maps objects to its keys again. */
  readonly #reconcilers = new Map<string, Reconciler>();
  readonly #mappers = new Map<Reconciler, Reconciler>();
  readonly #overlay: Overlay;
  readonly #log: TurnLog;
  readonly #timers: TurnTimers;
  readonly #recorder: EventRecorder;
  readonly #queue = new TaskQueue();
  readonly #rounds = new Map<string, number>();
  /**
   * Tasks that threw, with the generation of their object: what wakes them in this turn does not try them again, their retry timer
   * does. But where something else is wanted of the object by now, that is tried at once.
   */
  readonly #failed = new Map<string, number | undefined>();
  readonly #errors: ReconcileFailure[] = [];
  readonly #apply: ApplyContext;
  readonly #context: ReconcileContext;

  constructor(input: TurnInput) {
    const { now, newUid, newNameSuffix, clusterCa } = input;
    this.#input = input;
    this.#overlay = new Overlay(input);
    this.#log = new TurnLog(this.#overlay, new QuotaLedger({ ...input, plan: input.plan }));
    for (const reconciler of input.reconcilers) this.#enlist(reconciler);
    this.#timers = new TurnTimers(input.timers, { now, reconcilers: new Set(this.#reconcilers.keys()) });
    this.#recorder = new EventRecorder({ now, existing: (key) => this.#overlay.get(key) });
    const { podsAtOnce = mostPodsAtOnce } = input.budget;
    this.#context = { now, newNameSuffix, clusterCa, podsAtOnce };
    const policies = (resource: string, namespace: string) => policiesIn(this.#overlay, resource, namespace);
    const lifecycleContext = {
      now,
      newUid,
      newNameSuffix,
      policies,
      ...(input.room && { room: input.room }),
    };
    this.#apply = {
      overlay: this.#overlay,
      log: this.#log,
      lifecycleContext,
      distrustsReleases: input.distrustsReleases ?? false,
    };
  }

  #enlist(reconciler: Reconciler): void {
    const mapper = mapAgain(reconciler, {
      keys: (keys) => this.#add(reconciler, keys),
      change: (change) => this.#wakeOne(reconciler, change),
    });
    this.#mappers.set(reconciler, mapper);
    for (const named of [reconciler, mapper]) this.#reconcilers.set(named.name, named);
  }

  run(): TurnPlan {
    for (const change of this.#input.changes) this.#wake(change);
    this.#wakeDue();
    do this.#drain();
    while (this.#writeEvents());
    const rest = this.#queue.rest();
    for (const task of rest) this.#timers.postponed(task);
    return this.#plan(rest.length > 0);
  }

  #drain(): void {
    while (this.#queue.size > 0 && !this.#spent()) {
      const task = this.#queue.take();
      if (task) this.#reconcile(task);
    }
  }

  #wake(change: ObservedChange): void {
    for (const reconciler of this.#input.reconcilers) this.#wakeOne(reconciler, change);
  }

  #wakeOne(reconciler: Reconciler, change: ObservedChange): void {
    try {
      this.#add(reconciler, reconciler.keysOf(change, this.#overlay));
    } catch (error) {
      const mapper = this.#mappers.get(reconciler);
      const object = change.after ?? change.before;
      if (!mapper || !object) throw error;
      const task = taskOf(mapper, keyOf(change.resource, object));
      if (!this.#failed.has(task.timerKey)) this.#fail(task, { error, step: undefined, creates: 0 });
    }
  }

  #add(reconciler: Reconciler, keys: readonly ReconcileKey[]): void {
    for (const key of keys) this.#queue.add(taskOf(reconciler, key));
  }

  #wakeDue(): void {
    for (const { reconciler: name, key } of this.#timers.due()) {
      const reconciler = this.#reconcilers.get(name);
      if (reconciler) this.#add(reconciler, [key]);
    }
  }

  #spent(): boolean {
    const { maxWrites, deadline } = this.#input.budget;
    return this.#log.writes.length >= maxWrites || deadline();
  }

  #reconcile(task: Task): void {
    if (this.#hasFailed(task)) return;
    const result = this.#attempt(task, this.#context);
    const { failure } = result;
    if (failure === undefined) this.#settle(task, result.actions);
    else if (failure.step?.type === 'create') this.#doWithout(task, failure);
    else this.#fail(task, failure);
    for (const change of this.#log.takeChanges()) this.#wake(change);
  }

  #hasFailed({ timerKey, key }: Task): boolean {
    return this.#failed.has(timerKey) && this.#failed.get(timerKey) === this.#generation(key);
  }

  #generation(key: ReconcileKey): number | undefined {
    return this.#overlay.get(key)?.metadata.generation;
  }

  /** A create that is refused keeps nothing else from being done: the key is reconciled again without it. */
  #doWithout(task: Task, failure: Failure): void {
    const { creates: mostCreates, error } = failure;
    const again = this.#attempt(task, { ...this.#context, mostCreates, createRefusal: messageOf(error) });
    if (again.failure === undefined) this.#recordEvents(task, again.actions);
    this.#fail(task, failure, {
      wakeAt: again.failure === undefined ? earliestWake(again.actions) : undefined,
      isTold: again.actions.some(
        ({ type, ...event }) => type === 'event' && 'reason' in event && event.reason === failedCreate,
      ),
    });
  }

  /** One reconcile with its effects, or none of them. */
  #attempt(task: Task, context: ReconcileContext): Attempt {
    const undo = this.#log.savepoint();
    let step: Action | undefined;
    let creates = 0;
    try {
      this.#countRound(task);
      const actions = task.reconciler.reconcile(task.key, this.#overlay, context);
      for (step of actions) {
        if (isObjectAction(step)) applyAction(step, this.#apply);
        if (step.type === 'create') creates++;
      }
      return { actions, failure: undefined };
    } catch (error) {
      undo();
      return { actions: [], failure: { error, step, creates } };
    }
  }

  /** A key that its own effects wake again and again would never let the turn end. */
  #countRound({ timerKey, reconciler }: Task): void {
    const rounds = (this.#rounds.get(timerKey) ?? 0) + 1;
    this.#rounds.set(timerKey, rounds);
    const limit = this.#input.budget.maxRoundsPerKey ?? defaultMaxRoundsPerKey;
    if (rounds > limit) throw new RestlessKeyError(reconciler.name, limit);
  }

  #settle(task: Task, actions: readonly Action[]): void {
    this.#recordEvents(task, actions);
    const earliest = earliestWake(actions);
    const again = earliest !== undefined && earliest <= this.#input.now;
    this.#timers.succeeded(task, again ? undefined : earliest);
    if (again) this.#queue.add(task);
  }

  #recordEvents(task: Task, actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.type === 'event') this.#record(task.reconciler, action);
    }
  }

  #fail(task: Task, { error, step }: Failure, { wakeAt, isTold }: AfterFailure = {}): void {
    const failures = this.#timers.failed(task, wakeAt);
    this.#failed.set(task.timerKey, this.#generation(task.key));
    this.#errors.push({ reconciler: task.reconciler.name, key: task.key, error, failures });
    const regarding = this.#overlay.get(task.key);
    // An Event about an Event could fail in its turn, and so on.
    if (isTold || !regarding || regarding.kind === 'Event') return;
    const message = messageOf(error);
    const told =
      step?.type === 'create'
        ? { reason: failedCreate, message: `Error creating: ${message}` }
        : { reason: 'FailedReconcile', message };
    this.#record(task.reconciler, { regarding, eventType: 'Warning', ...told });
  }

  #record(
    reconciler: Reconciler,
    event: { regarding: KubeObject; eventType: 'Normal' | 'Warning'; reason: string; message: string },
  ): void {
    const { regarding, eventType, reason, message } = event;
    if (!acceptsObjects(this.#overlay, regarding.metadata.namespace || 'default')) return;
    this.#recorder.record({ component: reconciler.name, regarding, eventType, reason, message });
  }

  /** Events come last: so a repeat within the turn is one write. @returns whether there were any. */
  #writeEvents(): boolean {
    const events = this.#recorder.takeStaged();
    for (const event of events) {
      const key = {
        resource: 'events',
        namespace: event.metadata.namespace ?? '',
        name: event.metadata.name,
      };
      const type = this.#overlay.get(key) ? 'update' : 'create';
      const undo = this.#log.savepoint();
      try {
        applyAction({ type, object: event }, this.#apply);
      } catch (error) {
        undo();
        this.#errors.push({ reconciler: 'event-recorder', key, error, failures: 1 });
      }
      for (const change of this.#log.takeChanges()) this.#wake(change);
    }
    return events.length > 0;
  }

  #plan(exhausted: boolean): TurnPlan {
    const { writes, claims, releases } = this.#log;
    return {
      writes,
      setTimers: this.#timers.toSet(),
      clearTimers: this.#timers.toClear(),
      claims: [...claims.values()].filter((claim) => !releases.has(claim.podUid)),
      releases: [...releases].filter((podUid) => !claims.has(podUid)),
      exhausted,
      errors: this.#errors,
      coversOwnWrites: !writes.some(({ resource }) => resource === 'nodes'),
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function earliestWake(actions: readonly Action[]): Date | undefined {
  const wakes = actions.flatMap((action) => (action.type === 'wakeAt' ? [action.at.getTime()] : []));
  return wakes.length > 0 ? new Date(Math.min(...wakes)) : undefined;
}

function isObjectAction(action: Action): action is ObjectAction {
  return action.type !== 'event' && action.type !== 'wakeAt';
}
