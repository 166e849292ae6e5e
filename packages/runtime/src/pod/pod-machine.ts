import type { Pod, PodSpec } from '@berth/kinds';
import type { Clock } from '../clock.ts';
import type { PodObservation, RuntimeEvent } from '../pod-runtime.ts';
import type { AttemptKey, ContainerDriver, ContainerLaunch, LaunchOutcome } from './container-driver.ts';
import { type ContainerRecord, podContainers, type Termination } from './container-record.ts';
import { type PlannedStart, planPod } from './plan-pod.ts';
import { observePod } from './observe-pod.ts';
import { PodEvents } from './pod-events.ts';
import { PodStop } from './pod-stop.ts';

export interface PodMachineOptions {
  readonly pod: Pod;
  readonly driver: ContainerDriver;
  readonly clock: Clock;
  readonly podIp: string | undefined;
  /** Containers known from before a restart of the agent. */
  readonly records?: ReadonlyMap<string, ContainerRecord>;
  readonly onChange: () => void;
  readonly onEvent: (event: Omit<RuntimeEvent, 'podUid'>) => void;
  /** An error of the machine, not of the pod. */
  readonly onError: (error: unknown) => void;
}

/**
 * Brings one pod forward: starts what the plan asks for, one container at a time, restarts what crashed, and ends it.
 * It holds until {@link activate}, so that containers found after a restart are only watched.
 */
export class PodMachine {
  readonly #options: PodMachineOptions;
  readonly #records: Map<string, ContainerRecord>;
  readonly #events: PodEvents;
  #pod: Pod;
  #stop: PodStop | undefined;
  #onStopped: Array<() => void> = [];
  #active = false;
  #closed = false;
  #ready = false;
  #syncing = false;
  #again = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: PodMachineOptions) {
    this.#options = options;
    this.#pod = options.pod;
    this.#records = new Map(options.records);
    this.#events = new PodEvents(options.onEvent);
    this.#ready = this.#records.size > 0;
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Starts to bring the pod forward, or takes a changed pod. Containers that wait for inputs are tried again. */
  activate(pod: Pod): void {
    this.#pod = pod;
    this.#active = true;
    for (const [name, record] of this.#records) {
      if (record.phase.type === 'blocked' && record.phase.retry) this.#unblock(name, record);
    }
    this.#wake();
  }

  /** Ends the pod; called again, it can only shorten the grace. */
  stop(graceMs: number): void {
    const { clock } = this.#options;
    this.#stop ??= new PodStop(this.#spec(), clock);
    this.#stop.within(graceMs);
    this.#wake();
  }

  /** A container ended. */
  ended(key: AttemptKey, termination: Termination): void {
    this.#replace(key, (record) => ({ ...record, phase: { type: 'exited', termination } }));
  }

  /** A running container became ready, or stopped being it. */
  setReady(key: AttemptKey, ready: boolean): void {
    this.#replace(key, (record) =>
      record.phase.type === 'running' ? { ...record, phase: { ...record.phase, ready } } : record,
    );
  }

  record(container: string): ContainerRecord | undefined {
    return this.#records.get(container);
  }

  observe(): PodObservation {
    const stopped = this.#isStill() && (this.#stop !== undefined || this.#plan().finished);
    return observePod({
      pod: this.#pod,
      records: this.#records,
      plan: this.#plan(),
      podIp: this.#ready ? this.#options.podIp : undefined,
      ready: this.#ready,
      stopped,
      stopping: this.#stop !== undefined,
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
  }

  #tellStopped(): void {
    if (this.#onStopped.length === 0 || !this.observe().stopped) return;
    for (const resolve of this.#onStopped.splice(0)) resolve();
  }

  #spec(): PodSpec {
    return this.#pod.spec ?? {};
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

  #unblock(name: string, record: ContainerRecord): void {
    // What it had before the attempt that was not created stands again; a first attempt leaves nothing behind.
    this.#records.delete(name);
    if (record.attempt > 0 && record.previous !== undefined) {
      const { previous } = record;
      this.#records.set(name, {
        attempt: record.attempt - 1,
        containerId: previous.containerId,
        backoffMs: 0,
        phase: { type: 'exited', termination: previous },
      });
    }
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
        const wakeAt = this.#stop === undefined ? await this.#forward() : this.#end(this.#stop);
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
      if (this.#stop !== undefined || this.#closed) return undefined;
      await this.#start(start);
      this.#again = true;
    }
    this.#events.backingOff(this.#pod, this.#records, plan.backingOff);
    if (plan.finished && !this.#isStill()) {
      const graceSeconds = this.#spec().terminationGracePeriodSeconds ?? 30;
      this.stop(graceSeconds * 1000);
    }
    if (plan.finished || plan.backingOff.size > 0) this.#options.onChange();
    return plan.wakeAt;
  }

  /** Ends what still runs; returns when to look again. */
  #end(stop: PodStop): Date | undefined {
    const running = podContainers(this.#spec()).filter(
      ({ container }) => this.#records.get(container.name)?.phase.type === 'running',
    );
    for (const { podContainer, signal } of stop.signals(running)) {
      const { name } = podContainer.container;
      const attempt = this.#records.get(name)?.attempt ?? 0;
      if (signal === 'SIGTERM') this.#events.killing(podContainer);
      this.#options.driver.signal({ container: name, attempt }, signal);
    }
    if (running.length === 0) {
      this.#options.onChange();
      this.#tellStopped();
      return undefined;
    }
    return stop.nextLook();
  }

  async #start({ podContainer, attempt, backoffMs }: PlannedStart): Promise<void> {
    const { name } = podContainer.container;
    const before = this.#records.get(name);
    const previous = before?.phase.type === 'exited' ? before.phase.termination : undefined;
    const kept = previous === undefined ? {} : { previous };
    const base = { attempt, backoffMs, containerId: '', ...kept };
    this.#records.set(name, { ...base, phase: { type: 'starting' } });
    const outcome = await this.#launch({ pod: this.#pod, podContainer, attempt, backoffMs, previous });
    this.#records.set(name, { ...base, ...recorded(outcome) });
    this.#ready ||= outcome.type !== 'blocked' || outcome.reason !== 'ContainerCreating';
    this.#options.onChange();
    this.#events.launched(podContainer, outcome);
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

function recorded(outcome: LaunchOutcome): Pick<ContainerRecord, 'phase' | 'containerId'> {
  if (outcome.type === 'running') {
    const { containerId, startedAt, ready } = outcome;
    return { containerId, phase: { type: 'running', startedAt, ready } };
  }
  if (outcome.type === 'failed') {
    const { termination } = outcome;
    return { containerId: termination.containerId, phase: { type: 'exited', termination } };
  }
  const { reason, message, retry } = outcome;
  const text = message === undefined ? {} : { message };
  return { containerId: '', phase: { type: 'blocked', reason, retry, ...text } };
}
