import type { ContainerStatus, Pod, PodSpec } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { PodObservation, RuntimeEvent } from '../pod-runtime.ts';
import type { ContainerHealth } from '../probes/container-health.ts';
import { PodProber } from '../probes/pod-prober.ts';
import { adoptedHealth } from './adopted-health.ts';
import type { ContainerActions } from './container-actions.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from './container-driver.ts';
import {
  type ContainerRecord,
  podContainers,
  type RestartCause,
  type Termination,
} from './container-record.ts';
import { type PlannedStart, planPod } from './plan-pod.ts';
import { observePod } from './observe-pod.ts';
import { PodEvents } from './pod-events.ts';
import { PodHooks } from './pod-hooks.ts';
import { type DueStop, PodStop, type RunningContainer } from './pod-stop.ts';
import { recordedOutcome } from './recorded-outcome.ts';
import { unblocked } from './unblocked.ts';
import { type ContainerRestart, imageRestart, probeRestart } from './restart-cause.ts';

export interface PodMachineOptions {
  readonly pod: Pod;
  readonly driver: ContainerDriver;
  /** Probes and hooks; undefined where nothing runs that could be asked. */
  readonly actions?: ContainerActions;
  readonly clock: Clock;
  readonly podIp: string | undefined;
  /** As whom the containers run. */
  readonly user?: NonNullable<ContainerStatus['user']>;
  /** Containers known from before a restart of the agent. */
  readonly records?: ReadonlyMap<string, ContainerRecord>;
  readonly onChange: () => void;
  readonly onEvent: (event: Omit<RuntimeEvent, 'podUid'>) => void;
  /** An error of the machine, not of the pod. */
  readonly onError: (error: unknown) => void;
}

/** Kubernetes' default of `terminationGracePeriodSeconds`. */
const defaultGraceSeconds = 30;

/**
 * Brings one pod forward: starts what the plan asks for, one container at a time, restarts what crashed or failed its probes, and
 * ends it. It holds until {@link activate}, so that containers found after a restart are only watched.
 */
export class PodMachine {
  readonly #options: PodMachineOptions;
  readonly #records: Map<string, ContainerRecord>;
  readonly #events: PodEvents;
  readonly #stops: PodStop;
  readonly #hooks: PodHooks;
  readonly #prober: PodProber | undefined;
  /** The attempts that are being ended to run again, by container, and why. */
  readonly #restarting = new Map<string, { readonly attempt: number; readonly cause: RestartCause }>();
  #pod: Pod;
  #onStopped: Array<() => void> = [];
  #active = false;
  #closed = false;
  #ready = false;
  #syncing = false;
  #again = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: PodMachineOptions) {
    const { actions, clock, records } = options;
    this.#options = options;
    this.#pod = options.pod;
    this.#records = new Map(records);
    this.#events = new PodEvents(options.onEvent);
    this.#stops = new PodStop(clock);
    const host = () => options.podIp ?? '127.0.0.1';
    this.#hooks = new PodHooks({ actions, clock, events: this.#events, host });
    this.#prober = actions && this.#createProber(actions, host);
    this.#ready = this.#records.size > 0;
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Starts to bring the pod forward, or takes a changed pod. Containers that wait for inputs are tried again. */
  activate(pod: Pod): void {
    this.#pod = pod;
    // What earlier probes said of containers that were found again stands in the pod's own status.
    if (!this.#active) this.#adoptHealth();
    this.#active = true;
    for (const [name, record] of this.#records) {
      const { phase } = record;
      if (phase.type === 'blocked' && (phase.retry || this.#isImageChanged(name)))
        this.#unblock(name, record);
    }
    this.#restartChanged();
    this.#wake();
  }

  /** Ends the pod; called again, it can only shorten the grace. */
  stop(graceMs: number): void {
    if (!this.#stops.isPodEnding) this.#abortPostStarts();
    this.#stops.endPod(graceMs);
    this.#wake();
  }

  /** A container ended. */
  ended(key: AttemptKey, termination: Termination): void {
    const restarting = this.#restarting.get(key.container);
    const why = restarting?.attempt === key.attempt ? { restart: restarting.cause } : {};
    this.#hooks.abort(key.container);
    this.#replace(key, (record) => ({ ...record, phase: { type: 'exited', termination, ...why } }));
  }

  /** What is known of a running container's health changed. */
  setHealth(key: AttemptKey, { started, ready }: ContainerHealth): void {
    const phase = this.#records.get(key.container)?.phase;
    if (phase?.type !== 'running' || (phase.started === started && phase.ready === ready)) return;
    this.#replace(key, (record) =>
      record.phase.type === 'running' ? { ...record, phase: { ...record.phase, started, ready } } : record,
    );
  }

  /** A running container failed its liveness or startup probe: it ends, and runs again if it ever does. */
  failedProbe({ container: name, attempt }: AttemptKey, kind: 'startup' | 'liveness'): void {
    const running = this.#running().find((each) => each.podContainer.container.name === name);
    if (running?.attempt !== attempt) return;
    this.#restart(running, probeRestart(running.podContainer, kind, this.#spec()));
  }

  record(container: string): ContainerRecord | undefined {
    return this.#records.get(container);
  }

  observe(): PodObservation {
    const stopped = this.#isStill() && (this.#stops.isPodEnding || this.#plan().finished);
    return observePod({
      pod: this.#pod,
      records: this.#records,
      plan: this.#plan(),
      podIp: this.#ready ? this.#options.podIp : undefined,
      user: this.#options.user,
      ready: this.#ready,
      stopped,
      stopping: this.#stops.isPodEnding,
    });
  }

  /** Resolves once nothing of the pod runs any more. */
  whenStopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#onStopped.push(resolve);
      this.#tellStopped();
    });
  }

  /** No timer fires and nothing starts any more; containers go on. */
  close(): void {
    this.#closed = true;
    this.#cancelWake?.();
    this.#prober?.close();
    this.#hooks.abortAll();
  }

  #createProber({ runCommand, runProbe, random }: ContainerActions, host: () => string): PodProber {
    return new PodProber({
      clock: this.#options.clock,
      random,
      run: (probe, container, signal) => runProbe(probe, { container, host: host(), runCommand, signal }),
      onHealth: (key, health) => this.setHealth(key, health),
      onUnhealthy: (key, kind) => this.failedProbe(key, kind),
      onEvent: (podContainer, reason, message) => this.#events.warning(podContainer, [reason, message]),
    });
  }

  #tellStopped(): void {
    if (this.#onStopped.length === 0 || !this.observe().stopped) return;
    for (const resolve of this.#onStopped.splice(0)) resolve();
  }

  #spec(): PodSpec {
    return this.#pod.spec ?? {};
  }

  #graceSeconds(): number {
    return this.#spec().terminationGracePeriodSeconds ?? defaultGraceSeconds;
  }

  #plan() {
    return planPod(this.#spec(), this.#records, this.#options.clock.now());
  }

  #isStill(): boolean {
    for (const { phase } of this.#records.values()) {
      if (phase.type === 'running' || phase.type === 'starting') return false;
    }
    return true;
  }

  /** What runs, in starting order. */
  #running(): RunningContainer[] {
    return podContainers(this.#spec()).flatMap((podContainer) => {
      const record = this.#records.get(podContainer.container.name);
      return record?.phase.type === 'running' ? [{ podContainer, attempt: record.attempt }] : [];
    });
  }

  #adoptHealth(): void {
    for (const [name, record] of this.#records) {
      this.#records.set(name, adoptedHealth(record, this.#pod, name));
    }
  }

  /** Containers whose image their pod has changed run again, with the new one. */
  #restartChanged(): void {
    for (const running of this.#running()) {
      const { container, role } = running.podContainer;
      if (role !== 'init' && this.#isImageChanged(container.name))
        this.#restart(running, imageRestart(running.podContainer));
    }
  }

  #isImageChanged(name: string): boolean {
    const image = this.#records.get(name)?.image;
    const wanted = podContainers(this.#spec()).find(({ container }) => container.name === name)?.container
      .image;
    return image !== undefined && image !== (wanted ?? '');
  }

  #syncProbes(): void {
    if (this.#prober === undefined || !(this.#active || this.#stops.isPodEnding)) return;
    const probed = this.#running().flatMap((running) => {
      const { name } = running.podContainer.container;
      const phase = this.#records.get(name)?.phase;
      if (phase?.type !== 'running') return [];
      const { startedAt, started, ready } = phase;
      const isAdopted = this.#options.records?.get(name)?.attempt === running.attempt;
      return [{ ...running, startedAt, health: { started, ready }, isAdopted }];
    });
    this.#prober.sync(probed, { isEnding: this.#stops.isPodEnding });
  }

  #unblock(name: string, record: ContainerRecord): void {
    const before = unblocked(record);
    if (before === undefined) this.#records.delete(name);
    else this.#records.set(name, before);
  }

  #replace({ container, attempt }: AttemptKey, change: (record: ContainerRecord) => ContainerRecord): void {
    const record = this.#records.get(container);
    if (record?.attempt !== attempt) return;
    this.#records.set(container, change(record));
    this.#options.onChange();
    this.#wake();
  }

  #wake(): void {
    this.#again = true;
    if (this.#syncing || this.#closed) return;
    this.#syncing = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        this.#cancelWake?.();
        this.#cancelWake = undefined;
        const planAt = this.#stops.isPodEnding ? undefined : await this.#forward();
        const wakeAt = earliest(planAt, this.#carryOutStops());
        this.#syncProbes();
        if (wakeAt !== undefined && !this.#closed) {
          this.#cancelWake = this.#options.clock.at(wakeAt, () => this.#wake());
        }
      }
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#syncing = false;
    }
  }

  async #forward(): Promise<Date | undefined> {
    if (!this.#active) return undefined;
    const plan = this.#plan();
    for (const start of plan.start) {
      if (this.#stops.isPodEnding || this.#closed) return undefined;
      await this.#start(start);
      this.#again = true;
    }
    this.#events.backingOff(this.#pod, this.#records, plan.backingOff);
    if (plan.finished && !this.#isStill()) this.stop(this.#graceSeconds() * 1000);
    if (plan.finished || plan.backingOff.size > 0) this.#options.onChange();
    return plan.wakeAt;
  }

  #restart(running: RunningContainer, { cause, graceSeconds, message }: ContainerRestart): void {
    const { podContainer, attempt } = running;
    this.#restarting.set(podContainer.container.name, { attempt, cause });
    this.#endContainer(running, { graceSeconds: graceSeconds ?? this.#graceSeconds(), message });
  }

  #endContainer(
    running: RunningContainer,
    { graceSeconds, message }: { readonly graceSeconds: number; readonly message: string },
  ): void {
    if (!this.#stops.endContainer(running, graceSeconds * 1000)) return;
    this.#events.killing(running.podContainer, message);
    this.#wake();
  }

  /** Does what is due to end containers; returns when to look again. */
  #carryOutStops(): Date | undefined {
    const running = this.#running();
    for (const due of this.#stops.due(running)) this.#carryOut(due);
    if (this.#stops.isPodEnding && running.length === 0) {
      this.#options.onChange();
      this.#tellStopped();
    }
    return this.#stops.nextLook(running);
  }

  #carryOut({ podContainer, attempt, step }: DueStop): void {
    const { name } = podContainer.container;
    const key = { container: name, attempt };
    if (step === 'begin') {
      this.#events.killing(podContainer, `Stopping container ${name}`);
    } else if (step === 'run-hook') {
      void this.#hooks.preStop(podContainer).then(() => {
        this.#stops.hookEnded({ podContainer, attempt });
        this.#wake();
      });
    } else {
      // A hook that still runs has had its time.
      this.#hooks.abort(name);
      this.#options.driver.signal(
        key,
        step === 'ask' ? (podContainer.container.lifecycle?.stopSignal ?? 'SIGTERM') : 'SIGKILL',
      );
    }
  }

  /** A hook that a container still starts with does not hold up the end of the pod. */
  #abortPostStarts(): void {
    for (const [name, { phase }] of this.#records) if (phase.type === 'starting') this.#hooks.abort(name);
  }

  async #start({ podContainer, attempt, backoffMs }: PlannedStart): Promise<void> {
    const { name } = podContainer.container;
    const before = this.#records.get(name);
    const previous = before?.phase.type === 'exited' ? before.phase.termination : undefined;
    const kept = previous === undefined ? {} : { previous };
    const image = podContainer.container.image ?? '';
    const base = { attempt, backoffMs, containerId: '', image, ...kept };
    this.#records.set(name, { ...base, phase: { type: 'starting' } });
    const outcome = await this.#launch({ pod: this.#pod, podContainer, attempt, backoffMs, previous });
    this.#ready ||= outcome.type !== 'blocked' || outcome.reason !== 'ContainerCreating';
    this.#events.launched(podContainer, outcome);
    if (outcome.type === 'running') {
      this.#records.set(name, { ...base, containerId: outcome.containerId, phase: { type: 'starting' } });
    }
    // Until its hook is through, a container counts as starting.
    const isWell = outcome.type !== 'running' || (await this.#hooks.postStart(podContainer));
    // It may have ended meanwhile.
    if (this.#records.get(name)?.phase.type === 'starting') {
      this.#records.set(name, { ...base, ...recordedOutcome(outcome) });
    }
    this.#options.onChange();
    if (!isWell) {
      const running = { podContainer, attempt };
      this.#endContainer(running, { graceSeconds: this.#graceSeconds(), message: 'FailedPostStartHook' });
    }
  }

  async #launch(launch: ContainerLaunch): Promise<LaunchOutcome> {
    try {
      return await this.#options.driver.launch(launch);
    } catch (error) {
      this.#options.onError(error);
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'blocked', reason: 'CreateContainerError', message, retry: true };
    }
  }
}

function earliest(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
