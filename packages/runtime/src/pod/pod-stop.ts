import type { Clock } from '../clock.ts';
import type { PodContainer } from './container-record.ts';
import { ContainerStop, type StopStep } from './container-stop.ts';

/** A container that runs. */
export interface RunningContainer {
  readonly podContainer: PodContainer;
  readonly attempt: number;
}

export interface DueStop extends RunningContainer {
  /** `begin` comes first, once. */
  readonly step: 'begin' | StopStep;
}

interface Stopping {
  readonly attempt: number;
  readonly stop: ContainerStop;
}

/**
 * What of a pod is being ended: single containers, or all of it. Of a pod, the main containers are asked to stop together, then
 * the sidecars one by one in the reverse of their starting order; all preStop hooks run from the beginning.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export class PodStop {
  readonly #clock: Clock;
  readonly #stops = new Map<string, Stopping>();
  #podDeadline: Date | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The whole pod ends; nothing of it starts again. */
  get isPodEnding(): boolean {
    return this.#podDeadline !== undefined;
  }

  /** Ends the pod; called again, it can only shorten the grace. */
  endPod(graceMs: number): void {
    const deadline = this.#after(graceMs);
    if (this.#podDeadline === undefined || deadline < this.#podDeadline) this.#podDeadline = deadline;
    for (const { stop } of this.#stops.values()) stop.by(deadline);
  }

  /** Ends one container, which may start again afterwards. False if it is being ended already. */
  endContainer({ podContainer, attempt }: RunningContainer, graceMs: number): boolean {
    if (this.isPodEnding || this.#stops.get(podContainer.container.name)?.attempt === attempt) return false;
    this.#add({ podContainer, attempt }, this.#after(graceMs));
    return true;
  }

  hookEnded({ podContainer, attempt }: RunningContainer): void {
    const stopping = this.#stops.get(podContainer.container.name);
    if (stopping?.attempt === attempt) stopping.stop.hookEnded();
  }

  /** What to do now. `running` is in starting order. */
  due(running: readonly RunningContainer[]): DueStop[] {
    const now = this.#clock.now();
    const steps: DueStop[] = [];
    for (const container of running) {
      const { name } = container.podContainer.container;
      if (this.#podDeadline !== undefined && this.#stops.get(name)?.attempt !== container.attempt) {
        this.#add(container, this.#podDeadline);
        steps.push({ ...container, step: 'begin' });
      }
      const stopping = this.#stops.get(name);
      if (stopping?.attempt !== container.attempt) continue;
      const step = stopping.stop.step(now, !this.isPodEnding || isItsTurn(container, running));
      if (step !== undefined) steps.push({ ...container, step });
    }
    return steps;
  }

  /** When to look again if nothing happens. */
  nextLook(running: readonly RunningContainer[]): Date | undefined {
    const looks = running.flatMap(({ podContainer, attempt }) => {
      const stopping = this.#stops.get(podContainer.container.name);
      return stopping?.attempt === attempt ? [stopping.stop.nextLook().getTime()] : [];
    });
    return looks.length === 0 ? undefined : new Date(Math.min(...looks));
  }

  #add({ podContainer, attempt }: RunningContainer, deadline: Date): void {
    const { name, lifecycle } = podContainer.container;
    const stop = new ContainerStop({ deadline, hasHook: lifecycle?.preStop !== undefined });
    this.#stops.set(name, { attempt, stop });
  }

  #after(graceMs: number): Date {
    return new Date(this.#clock.now().getTime() + graceMs);
  }
}

/** Sidecars serve the main containers, and those that started before them, until these are gone. */
function isItsTurn({ podContainer }: RunningContainer, running: readonly RunningContainer[]): boolean {
  if (podContainer.role !== 'sidecar') return true;
  return (
    running.at(-1)?.podContainer === podContainer &&
    running.every(({ podContainer: { role } }) => role === 'sidecar')
  );
}
