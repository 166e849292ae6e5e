import type { PodSpec } from '@berth/kinds';
import { restartAfter } from './backoff.ts';
import { type ContainerRecord, type PodContainer, podContainers } from './container-record.ts';
import { restarts } from './restart-policy.ts';

export interface PlannedStart {
  readonly podContainer: PodContainer;
  readonly attempt: number;
  /** For the new attempt's record. */
  readonly backoffMs: number;
}

/** What a pod needs now. */
export interface PodPlan {
  readonly start: readonly PlannedStart[];
  /** Containers that wait out their crash backoff, and how long it is. */
  readonly backingOff: ReadonlyMap<string, number>;
  /** When to plan again, if nothing happens before. */
  readonly wakeAt: Date | undefined;
  /** Init containers are done, so main containers may start. */
  readonly initialized: boolean;
  /** No container but sidecars will run again; the sidecars are to end. */
  readonly finished: boolean;
}

type Step = 'go-on' | 'wait' | 'failed';

/** Decides what to start and when, as the kubelet does. Pure: called again with the same records, it plans the same. */
export function planPod(spec: PodSpec, records: ReadonlyMap<string, ContainerRecord>, now: Date): PodPlan {
  const planner = new Planner(spec, records, now);
  const containers = podContainers(spec);
  const main = containers.filter(({ role }) => role === 'main');
  // Once a main container has run, initialization is behind the pod, even while a sidecar restarts.
  const begun = main.some(({ container }) => records.has(container.name));
  let step: Step = 'go-on';
  for (const podContainer of containers.filter(({ role }) => role !== 'main')) {
    if (begun && podContainer.role === 'init') continue;
    step = planner.initialize(podContainer);
    if (step !== 'go-on' && !begun) break;
  }
  const initialized = begun || step === 'go-on';
  if (initialized) for (const podContainer of main) planner.keepRunning(podContainer);
  const finished = step === 'failed' || (begun && main.every((podContainer) => planner.isDone(podContainer)));
  return {
    start: finished ? [] : planner.start,
    backingOff: finished ? new Map() : planner.backingOff,
    wakeAt: finished ? undefined : planner.wakeAt,
    initialized,
    finished,
  };
}

class Planner {
  readonly start: PlannedStart[] = [];
  readonly backingOff = new Map<string, number>();
  wakeAt: Date | undefined;
  readonly #spec: PodSpec;
  readonly #records: ReadonlyMap<string, ContainerRecord>;
  readonly #now: Date;

  constructor(spec: PodSpec, records: ReadonlyMap<string, ContainerRecord>, now: Date) {
    this.#spec = spec;
    this.#records = records;
    this.#now = now;
  }

  /** One step of initialization: whether the next container may follow. */
  initialize(podContainer: PodContainer): Step {
    const record = this.#records.get(podContainer.container.name);
    this.keepRunning(podContainer);
    if (record === undefined || record.phase.type === 'starting' || record.phase.type === 'blocked')
      return 'wait';
    if (podContainer.role === 'sidecar') return hasStarted(podContainer, record) ? 'go-on' : 'wait';
    if (record.phase.type === 'running') return 'wait';
    if (record.phase.termination.exitCode === 0) return 'go-on';
    return this.isDone(podContainer) ? 'failed' : 'wait';
  }

  keepRunning(podContainer: PodContainer): void {
    const { name } = podContainer.container;
    const record = this.#records.get(name);
    if (record === undefined) {
      this.start.push({ podContainer, attempt: 0, backoffMs: 0 });
      return;
    }
    if (record.phase.type !== 'exited' || this.isDone(podContainer)) return;
    const { termination, restart: cause } = record.phase;
    // What changed did not crash: it waits for nothing.
    const restart =
      cause === 'changed'
        ? { notBefore: termination.finishedAt, backoffMs: record.backoffMs }
        : restartAfter(termination, record.backoffMs);
    if (restart.notBefore > this.#now) {
      this.backingOff.set(name, record.backoffMs);
      if (this.wakeAt === undefined || restart.notBefore < this.wakeAt) this.wakeAt = restart.notBefore;
    } else {
      this.start.push({ podContainer, attempt: record.attempt + 1, backoffMs: restart.backoffMs });
    }
  }

  isDone(podContainer: PodContainer): boolean {
    const phase = this.#records.get(podContainer.container.name)?.phase;
    if (phase?.type !== 'exited') return false;
    const { termination, restart } = phase;
    const ending = { exitCode: termination.exitCode, ...(restart === undefined ? {} : { restart }) };
    return !restarts(podContainer, this.#spec, ending);
  }
}

/** A sidecar lets the next container go once it has started, by its startup probe where it has one. */
function hasStarted({ container }: PodContainer, { phase }: ContainerRecord): boolean {
  return phase.type === 'running' ? phase.started : container.startupProbe === undefined;
}
